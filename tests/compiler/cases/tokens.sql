-- admin: 6 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.kind AS kind, m1.documents AS documents, m1.expires_at AS expires_at, m1.revoked_at AS revoked_at, m1.role_id AS role_id, m1.user_id AS user_id, m1.created_at AS created_at, m1.id AS id 
FROM (SELECT t1.name AS name, t1.kind AS kind, t1.documents AS documents, t1.expires_at AS expires_at, t1.revoked_at AS revoked_at, t1.role_id AS role_id, t1.user_id AS user_id, t1.created_at AS created_at, t1.id AS id 
FROM tokens AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.created_at ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.created_at ASC, m1.id ASC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j, 'totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM tokens AS c1 
WHERE c1.tenant_id = $3 AND c1.archived_at IS NULL 
 LIMIT 10001) AS m1 
 LIMIT $5) AS b1), CAST($6 AS BIGINT)))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.kind AS kind, p1.documents AS documents, rtrim(rtrim(to_char(timezone('UTC', p1.expires_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "expiresAt", rtrim(rtrim(to_char(timezone('UTC', p1.revoked_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "revokedAt", x3.j AS role, x4.j AS "user" 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name 
FROM roles AS t3 
WHERE t3.tenant_id = $3 AND t3.id = p1.role_id) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT t4.name AS name, x5.j AS roles 
FROM users AS t4 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r5)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM (SELECT t5.name AS name, t5.name_sort AS name_sort 
FROM roles AS t5 
WHERE t5.tenant_id = $3 AND t5.id = ANY (array((SELECT holding.role_id 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.user_id = t4.id))) ORDER BY t5.name_sort 
 LIMIT 250) AS p5 ORDER BY p5.name_sort) AS r5) AS x5 ON true 
WHERE t4.tenant_id = $3 AND t4.id = p1.user_id) AS r4) AS x4 ON true ORDER BY p1.created_at ASC, p1.id ASC) AS r2) AS n1_0) AS tokens) AS r) END AS anon_1

-- sales_rep: 6 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.kind AS kind, m1.documents AS documents, m1.expires_at AS expires_at, m1.revoked_at AS revoked_at, m1.role_id AS role_id, m1.user_id AS user_id, m1.created_at AS created_at, m1.id AS id 
FROM (SELECT t1.name AS name, t1.kind AS kind, t1.documents AS documents, t1.expires_at AS expires_at, t1.revoked_at AS revoked_at, t1.role_id AS role_id, t1.user_id AS user_id, t1.created_at AS created_at, t1.id AS id 
FROM tokens AS t1 
WHERE t1.tenant_id = $3 AND false AND t1.archived_at IS NULL ORDER BY t1.created_at ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.created_at ASC, m1.id ASC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j, 'totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM tokens AS c1 
WHERE c1.tenant_id = $3 AND false AND c1.archived_at IS NULL 
 LIMIT 10001) AS m1 
 LIMIT $5) AS b1), CAST($6 AS BIGINT)))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.kind AS kind, p1.documents AS documents, rtrim(rtrim(to_char(timezone('UTC', p1.expires_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "expiresAt", rtrim(rtrim(to_char(timezone('UTC', p1.revoked_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "revokedAt", x3.j AS role, x4.j AS "user" 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name 
FROM roles AS t3 
WHERE t3.tenant_id = $3 AND false AND t3.id = p1.role_id) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT t4.name AS name, x5.j AS roles 
FROM users AS t4 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r5)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM (SELECT t5.name AS name, t5.name_sort AS name_sort 
FROM roles AS t5 
WHERE t5.tenant_id = $3 AND false AND t5.id = ANY (array((SELECT holding.role_id 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.user_id = t4.id))) ORDER BY t5.name_sort 
 LIMIT 250) AS p5 ORDER BY p5.name_sort) AS r5) AS x5 ON true 
WHERE t4.tenant_id = $3 AND t4.id = p1.user_id) AS r4) AS x4 ON true ORDER BY p1.created_at ASC, p1.id ASC) AS r2) AS n1_0) AS tokens) AS r) END AS anon_1
