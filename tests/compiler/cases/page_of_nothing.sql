-- admin: 18 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH w1 AS 
(SELECT m1.name AS name, m1.created_at AS created_at, m1.id AS id 
FROM (SELECT t1.name AS name, t1.created_at AS created_at, t1.id AS id 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $4), 
p1 AS 
(SELECT w1.name AS name, w1.created_at AS created_at, w1.id AS id 
FROM w1 ORDER BY w1.created_at DESC, w1.id DESC 
 LIMIT $5)
 SELECT json_build_object('nodes', n1_0.j, 'pageInfo', json_build_object('hasNextPage', (SELECT count(*) AS count_1 
FROM w1) > $5, 'hasPreviousPage', false, 'startCursor', (SELECT translate(encode(($6 || convert_to(CAST(json_build_array(CAST(CAST(EXTRACT(epoch FROM p1.created_at) * 1000000 AS BIGINT) AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($7 || sha256($8 || ($6 || convert_to(CAST(json_build_array(CAST(CAST(EXTRACT(epoch FROM p1.created_at) * 1000000 AS BIGINT) AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_1 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC 
 LIMIT 1), 'endCursor', (SELECT translate(encode(($6 || convert_to(CAST(json_build_array(CAST(CAST(EXTRACT(epoch FROM p1.created_at) * 1000000 AS BIGINT) AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($7 || sha256($8 || ($6 || convert_to(CAST(json_build_array(CAST(CAST(EXTRACT(epoch FROM p1.created_at) * 1000000 AS BIGINT) AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_2 
FROM p1 ORDER BY p1.created_at ASC, p1.id ASC 
 LIMIT 1))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS none, (WITH p3 AS 
(SELECT m3.name AS name, m3.created_at AS created_at, m3.id AS id 
FROM (SELECT t3.name AS name, t3.created_at AS created_at, t3.id AS id 
FROM accounts AS t3 
WHERE t3.tenant_id = $3 AND t3.archived_at IS NULL ORDER BY t3.created_at ASC, t3.id ASC 
 LIMIT 101) AS m3 ORDER BY m3.created_at ASC, m3.id ASC 
 LIMIT $9)
 SELECT json_build_object('nodes', n3_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name 
FROM p3 ORDER BY p3.created_at DESC, p3.id DESC) AS r4) AS n3_0) AS "null", (WITH w5 AS 
(SELECT m5.name AS name, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.name AS name, t5.created_at AS created_at, t5.id AS id 
FROM accounts AS t5 
WHERE t5.tenant_id = $3 AND t5.archived_at IS NULL AND t5.name_sort = $10 ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $11), 
p5 AS 
(SELECT w5.name AS name, w5.created_at AS created_at, w5.id AS id 
FROM w5 ORDER BY w5.created_at DESC, w5.id DESC 
 LIMIT $12)
 SELECT json_build_object('nodes', n5_0.j, 'edges', n5_1.j, 'pageInfo', json_build_object('hasNextPage', (SELECT count(*) AS count_2 
FROM w5) > $12, 'startCursor', (SELECT translate(encode(($13 || convert_to(CAST(json_build_array(CAST(CAST(EXTRACT(epoch FROM p5.created_at) * 1000000 AS BIGINT) AS TEXT), CAST(p5.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($14 || sha256($15 || ($13 || convert_to(CAST(json_build_array(CAST(CAST(EXTRACT(epoch FROM p5.created_at) * 1000000 AS BIGINT) AS TEXT), CAST(p5.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_3 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC 
 LIMIT 1)), 'totalCount', json_build_object('value', least((SELECT count(*) AS count_3 
FROM (SELECT m5.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c5 
WHERE c5.tenant_id = $3 AND c5.archived_at IS NULL AND c5.name_sort = $16 
 LIMIT 10001) AS m5 
 LIMIT $17) AS b5), CAST($18 AS BIGINT)), 'isExact', (SELECT count(*) AS count_3 
FROM (SELECT m5.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c5 
WHERE c5.tenant_id = $3 AND c5.archived_at IS NULL AND c5.name_sort = $16 
 LIMIT 10001) AS m5 
 LIMIT $17) AS b5) <= CAST($18 AS BIGINT))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0, (SELECT coalesce(json_agg(row_to_json(en5_1)), '[]'::json) AS j 
FROM (SELECT translate(encode(($13 || convert_to(CAST(json_build_array(CAST(CAST(EXTRACT(epoch FROM p5.created_at) * 1000000 AS BIGINT) AS TEXT), CAST(p5.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($14 || sha256($15 || ($13 || convert_to(CAST(json_build_array(CAST(CAST(EXTRACT(epoch FROM p5.created_at) * 1000000 AS BIGINT) AS TEXT), CAST(p5.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS cursor 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS en5_1) AS n5_1) AS empty) AS r) END AS anon_1
