-- admin: 10 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH w1 AS 
(SELECT m1.name AS name, m1.created_at AS created_at, m1.id AS id 
FROM (SELECT t1.name AS name, t1.created_at AS created_at, t1.id AS id 
FROM opportunities AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND t1.status = 'OPEN' AND row(t1.created_at, t1.id) < row($4, $5) ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $6), 
p1 AS 
(SELECT w1.name AS name, w1.created_at AS created_at, w1.id AS id 
FROM w1 ORDER BY w1.created_at DESC, w1.id DESC 
 LIMIT $7)
 SELECT json_build_object('edges', n1_0.j, 'pageInfo', json_build_object('hasNextPage', EXISTS (SELECT 1 
FROM opportunities AS o1 
WHERE o1.tenant_id = $3 AND o1.archived_at IS NULL AND o1.status = 'OPEN' AND (row(o1.created_at, o1.id) < row($4, $5)) IS NOT true), 'hasPreviousPage', (SELECT count(*) AS count_1 
FROM w1) > $7, 'startCursor', (SELECT translate(encode(($8 || convert_to(CAST(json_build_array(CAST(CAST(EXTRACT(epoch FROM p1.created_at) * 1000000 AS BIGINT) AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($9 || sha256($10 || ($8 || convert_to(CAST(json_build_array(CAST(CAST(EXTRACT(epoch FROM p1.created_at) * 1000000 AS BIGINT) AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_1 
FROM p1 ORDER BY p1.created_at ASC, p1.id ASC 
 LIMIT 1), 'endCursor', (SELECT translate(encode(($8 || convert_to(CAST(json_build_array(CAST(CAST(EXTRACT(epoch FROM p1.created_at) * 1000000 AS BIGINT) AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($9 || sha256($10 || ($8 || convert_to(CAST(json_build_array(CAST(CAST(EXTRACT(epoch FROM p1.created_at) * 1000000 AS BIGINT) AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_2 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC 
 LIMIT 1))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(en1_0)), '[]'::json) AS j 
FROM (SELECT json_build_object('name', p1.name) AS node 
FROM p1 ORDER BY p1.created_at ASC, p1.id ASC) AS en1_0) AS n1_0) AS opportunities) AS r) END AS anon_1
