-- admin: 10 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH w1 AS 
(SELECT m1.name AS name, m1.name_sort AS name_sort, m1.id AS id 
FROM (SELECT t1.name AS name, t1.name_sort AS name_sort, t1.id AS id 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $4), 
p1 AS 
(SELECT w1.name AS name, w1.name_sort AS name_sort, w1.id AS id 
FROM w1 ORDER BY w1.name_sort ASC, w1.id ASC 
 LIMIT $5)
 SELECT json_build_object('__typename', 'AccountConnection', 'nodes', n1_1.j, 'edges', n1_2.j, 'pageInfo', json_build_object('__typename', 'PageInfo', 'hasNextPage', (SELECT count(*) AS count_1 
FROM w1) > $5, 'hasPreviousPage', false, 'startCursor', (SELECT translate(encode(($6 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($7 || sha256($8 || ($6 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_1 
FROM p1 ORDER BY p1.name_sort ASC, p1.id ASC 
 LIMIT 1), 'endCursor', (SELECT translate(encode(($6 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($7 || sha256($8 || ($6 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_2 
FROM p1 ORDER BY p1.name_sort DESC, p1.id DESC 
 LIMIT 1)), 'totalCount', json_build_object('__typename', 'BoundedCount', 'value', least((SELECT count(*) AS count_2 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.archived_at IS NULL 
 LIMIT 10001) AS m1 
 LIMIT $9) AS b1), CAST($10 AS BIGINT)), 'isExact', (SELECT count(*) AS count_2 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.archived_at IS NULL 
 LIMIT 10001) AS m1 
 LIMIT $9) AS b1) <= CAST($10 AS BIGINT))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name 
FROM p1 ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_1, (SELECT coalesce(json_agg(row_to_json(en1_2)), '[]'::json) AS j 
FROM (SELECT 'AccountEdge' AS __typename, translate(encode(($6 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($7 || sha256($8 || ($6 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS cursor, json_build_object('id', 'acc_' || encode(uuid_send(p1.id), 'hex'), '__typename', 'Account') AS node 
FROM p1 ORDER BY p1.name_sort ASC, p1.id ASC) AS en1_2) AS n1_2) AS accounts) AS r) END AS anon_1
