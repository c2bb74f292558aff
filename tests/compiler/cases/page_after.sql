-- admin: 10 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH w1 AS 
(SELECT m1.name AS name, m1.name_sort AS name_sort, m1.id AS id 
FROM (SELECT t1.name AS name, t1.name_sort AS name_sort, t1.id AS id 
FROM opportunities AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND row(t1.name_sort, t1.id) > row($4, $5) ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $6), 
p1 AS 
(SELECT w1.name AS name, w1.name_sort AS name_sort, w1.id AS id 
FROM w1 ORDER BY w1.name_sort ASC, w1.id ASC 
 LIMIT $7)
 SELECT json_build_object('nodes', n1_0.j, 'pageInfo', json_build_object('hasNextPage', (SELECT count(*) AS count_1 
FROM w1) > $7, 'hasPreviousPage', EXISTS (SELECT 1 
FROM opportunities AS o1 
WHERE o1.tenant_id = $3 AND o1.archived_at IS NULL AND (row(o1.name_sort, o1.id) > row($4, $5)) IS NOT true), 'startCursor', (SELECT translate(encode(($8 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($9 || sha256($10 || ($8 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_1 
FROM p1 ORDER BY p1.name_sort ASC, p1.id ASC 
 LIMIT 1), 'endCursor', (SELECT translate(encode(($8 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($9 || sha256($10 || ($8 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_2 
FROM p1 ORDER BY p1.name_sort DESC, p1.id DESC 
 LIMIT 1))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name 
FROM p1 ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS opportunities) AS r) END AS anon_1

-- sales_rep: 11 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH w1 AS 
(SELECT m1.name AS name, m1.name_sort AS name_sort, m1.id AS id 
FROM (SELECT t1.name AS name, t1.name_sort AS name_sort, t1.id AS id 
FROM opportunities AS t1 
WHERE t1.tenant_id = $3 AND t1.owner_id = $4 AND t1.archived_at IS NULL AND row(t1.name_sort, t1.id) > row($5, $6) ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $7), 
p1 AS 
(SELECT w1.name AS name, w1.name_sort AS name_sort, w1.id AS id 
FROM w1 ORDER BY w1.name_sort ASC, w1.id ASC 
 LIMIT $8)
 SELECT json_build_object('nodes', n1_0.j, 'pageInfo', json_build_object('hasNextPage', (SELECT count(*) AS count_1 
FROM w1) > $8, 'hasPreviousPage', EXISTS (SELECT 1 
FROM opportunities AS o1 
WHERE o1.tenant_id = $3 AND o1.owner_id = $4 AND o1.archived_at IS NULL AND (row(o1.name_sort, o1.id) > row($5, $6)) IS NOT true), 'startCursor', (SELECT translate(encode(($9 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($10 || sha256($11 || ($9 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_1 
FROM p1 ORDER BY p1.name_sort ASC, p1.id ASC 
 LIMIT 1), 'endCursor', (SELECT translate(encode(($9 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($10 || sha256($11 || ($9 || convert_to(CAST(json_build_array(p1.name_sort, CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_2 
FROM p1 ORDER BY p1.name_sort DESC, p1.id DESC 
 LIMIT 1))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name 
FROM p1 ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS opportunities) AS r) END AS anon_1
