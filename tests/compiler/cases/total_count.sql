-- admin: 11 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT json_build_object('all', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.archived_at IS NULL 
 LIMIT 10001) AS m1 
 LIMIT $4) AS b1), CAST($5 AS BIGINT)), 'isExact', (SELECT count(*) AS count_1 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.archived_at IS NULL 
 LIMIT 10001) AS m1 
 LIMIT $4) AS b1) <= CAST($5 AS BIGINT)), 'few', json_build_object('value', least((SELECT count(*) AS count_2 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.archived_at IS NULL 
 LIMIT $6) AS b1), CAST($7 AS BIGINT)), 'isExact', (SELECT count(*) AS count_2 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.archived_at IS NULL 
 LIMIT $6) AS b1) <= CAST($7 AS BIGINT)), 'none', json_build_object('value', least((SELECT count(*) AS count_3 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.archived_at IS NULL 
 LIMIT 101) AS m1 
 LIMIT $8) AS b1), CAST($9 AS BIGINT)), 'isExact', (SELECT count(*) AS count_3 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.archived_at IS NULL 
 LIMIT 101) AS m1 
 LIMIT $8) AS b1) <= CAST($9 AS BIGINT))) AS j) AS accounts, (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_4 
FROM (SELECT m2.one AS one 
FROM (SELECT 1 AS one 
FROM opportunities AS c2 
WHERE c2.tenant_id = $3 
 LIMIT 10001) AS m2 
 LIMIT $10) AS b2), CAST($11 AS BIGINT)))) AS j) AS opportunities) AS r) END AS anon_1

-- sales_rep: 12 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT json_build_object('all', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.owner_id = $4 AND c1.archived_at IS NULL 
 LIMIT 10001) AS m1 
 LIMIT $5) AS b1), CAST($6 AS BIGINT)), 'isExact', (SELECT count(*) AS count_1 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.owner_id = $4 AND c1.archived_at IS NULL 
 LIMIT 10001) AS m1 
 LIMIT $5) AS b1) <= CAST($6 AS BIGINT)), 'few', json_build_object('value', least((SELECT count(*) AS count_2 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.owner_id = $4 AND c1.archived_at IS NULL 
 LIMIT $7) AS b1), CAST($8 AS BIGINT)), 'isExact', (SELECT count(*) AS count_2 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.owner_id = $4 AND c1.archived_at IS NULL 
 LIMIT $7) AS b1) <= CAST($8 AS BIGINT)), 'none', json_build_object('value', least((SELECT count(*) AS count_3 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.owner_id = $4 AND c1.archived_at IS NULL 
 LIMIT 101) AS m1 
 LIMIT $9) AS b1), CAST($10 AS BIGINT)), 'isExact', (SELECT count(*) AS count_3 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.owner_id = $4 AND c1.archived_at IS NULL 
 LIMIT 101) AS m1 
 LIMIT $9) AS b1) <= CAST($10 AS BIGINT))) AS j) AS accounts, (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_4 
FROM (SELECT m2.one AS one 
FROM (SELECT 1 AS one 
FROM opportunities AS c2 
WHERE c2.tenant_id = $3 AND c2.owner_id = $4 
 LIMIT 10001) AS m2 
 LIMIT $11) AS b2), CAST($12 AS BIGINT)))) AS j) AS opportunities) AS r) END AS anon_1
