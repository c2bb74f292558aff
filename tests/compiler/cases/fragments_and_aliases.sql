-- admin: 6 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.version AS version, m1.owner_id AS owner_id, m1.name_sort AS name_sort, m1.id AS id 
FROM (SELECT t1.name AS name, t1.version AS version, t1.owner_id AS owner_id, t1.name_sort AS name_sort, t1.id AS id 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.version AS version, x3.j AS owner, p1.name AS called 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS title 
FROM users AS t3 
WHERE t3.tenant_id = $3 AND t3.id = p1.owner_id) AS r3) AS x3 ON true ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS mine, (WITH p4 AS 
(SELECT m4.name AS name, m4.version AS version, m4.owner_id AS owner_id, m4.name_sort AS name_sort, m4.id AS id 
FROM (SELECT t4.name AS name, t4.version AS version, t4.owner_id AS owner_id, t4.name_sort AS name_sort, t4.id AS id 
FROM accounts AS t4 
WHERE t4.tenant_id = $3 AND t4.archived_at IS NULL ORDER BY t4.name_sort DESC, t4.id DESC 
 LIMIT 101) AS m4 ORDER BY m4.name_sort DESC, m4.id DESC 
 LIMIT $5)
 SELECT json_build_object('list', n4_0.j, 'again', n4_1.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r5)), '[]'::json) AS j 
FROM (SELECT p4.name AS name, p4.version AS version, x6.j AS owner 
FROM p4 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r6) AS j 
FROM (SELECT t6.name AS title 
FROM users AS t6 
WHERE t6.tenant_id = $3 AND t6.id = p4.owner_id) AS r6) AS x6 ON true ORDER BY p4.name_sort ASC, p4.id ASC) AS r5) AS n4_0, (SELECT coalesce(json_agg(row_to_json(r7)), '[]'::json) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(p4.id), 'hex') AS id 
FROM p4 ORDER BY p4.name_sort ASC, p4.id ASC) AS r7) AS n4_1) AS others, 'Query' AS __typename, 'Query' AS kind, (WITH p8 AS 
(SELECT m8.type AS type, m8.created_at AS created_at, m8.id AS id 
FROM (SELECT t8.type AS type, t8.created_at AS created_at, t8.id AS id 
FROM accounts AS t8 
WHERE t8.tenant_id = $3 AND t8.archived_at IS NULL ORDER BY t8.created_at DESC, t8.id DESC 
 LIMIT 101) AS m8 ORDER BY m8.created_at DESC, m8.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n8_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r9)), '[]'::json) AS j 
FROM (SELECT p8.type AS type 
FROM p8 ORDER BY p8.created_at DESC, p8.id DESC) AS r9) AS n8_0) AS accounts) AS r) END AS anon_1
