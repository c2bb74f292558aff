-- admin: 4 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.owner_id AS owner_id, m1.name AS name, m1.name_sort AS name_sort, m1.id AS id, m1.type AS type 
FROM (SELECT t1.owner_id AS owner_id, t1.name AS name, t1.name_sort AS name_sort, t1.id AS id, t1.type AS type 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j, 'edges', n1_1.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT x3.j AS owner, p1.name AS name 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name, t3.email AS email 
FROM users AS t3 
WHERE t3.tenant_id = $3 AND t3.id = p1.owner_id) AS r3) AS x3 ON true ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0, (SELECT coalesce(json_agg(row_to_json(en1_1)), '[]'::json) AS j 
FROM (SELECT json_build_object('id', 'acc_' || encode(uuid_send(p1.id), 'hex')) AS a, json_build_object('name', p1.name) AS b, json_build_object('type', p1.type) AS node 
FROM p1 ORDER BY p1.name_sort ASC, p1.id ASC) AS en1_1) AS n1_1) AS accounts) AS r) END AS anon_1
