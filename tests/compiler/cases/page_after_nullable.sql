-- admin: 11 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH w1 AS 
(SELECT m1.name AS name, m1.close_date AS close_date, m1.amount_minor AS amount_minor, m1.currency AS currency, m1.id AS id 
FROM (SELECT t1.name AS name, t1.close_date AS close_date, t1.amount_minor AS amount_minor, t1.currency AS currency, t1.id AS id 
FROM opportunities AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND (CAST($4 AS DATE) IS NOT NULL AND (t1.close_date IS NULL OR t1.close_date < CAST($4 AS DATE)) OR (t1.close_date = CAST($4 AS DATE) OR t1.close_date IS NULL AND CAST($4 AS DATE) IS NULL) AND (CAST($5 AS BIGINT) IS NOT NULL AND t1.amount_minor > CAST($5 AS BIGINT) OR CAST($5 AS BIGINT) IS NULL AND t1.amount_minor IS NOT NULL OR (t1.amount_minor = CAST($5 AS BIGINT) OR t1.amount_minor IS NULL AND CAST($5 AS BIGINT) IS NULL) AND (t1.id < $6 OR false))) ORDER BY t1.close_date DESC NULLS LAST, t1.amount_minor ASC NULLS FIRST, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.close_date DESC NULLS LAST, m1.amount_minor ASC NULLS FIRST, m1.id DESC 
 LIMIT $7), 
p1 AS 
(SELECT w1.name AS name, w1.close_date AS close_date, w1.amount_minor AS amount_minor, w1.currency AS currency, w1.id AS id 
FROM w1 ORDER BY w1.close_date DESC NULLS LAST, w1.amount_minor ASC NULLS FIRST, w1.id DESC 
 LIMIT $8)
 SELECT json_build_object('nodes', n1_0.j, 'pageInfo', json_build_object('hasNextPage', (SELECT count(*) AS count_1 
FROM w1) > $8, 'hasPreviousPage', EXISTS (SELECT 1 
FROM opportunities AS o1 
WHERE o1.tenant_id = $3 AND o1.archived_at IS NULL AND (CAST($4 AS DATE) IS NOT NULL AND (o1.close_date IS NULL OR o1.close_date < CAST($4 AS DATE)) OR (o1.close_date = CAST($4 AS DATE) OR o1.close_date IS NULL AND CAST($4 AS DATE) IS NULL) AND (CAST($5 AS BIGINT) IS NOT NULL AND o1.amount_minor > CAST($5 AS BIGINT) OR CAST($5 AS BIGINT) IS NULL AND o1.amount_minor IS NOT NULL OR (o1.amount_minor = CAST($5 AS BIGINT) OR o1.amount_minor IS NULL AND CAST($5 AS BIGINT) IS NULL) AND (o1.id < $6 OR false))) IS NOT true), 'startCursor', (SELECT translate(encode(($9 || convert_to(CAST(json_build_array(to_char(p1.close_date, 'YYYY-MM-DD'), CAST(p1.amount_minor AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($10 || sha256($11 || ($9 || convert_to(CAST(json_build_array(to_char(p1.close_date, 'YYYY-MM-DD'), CAST(p1.amount_minor AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_1 
FROM p1 ORDER BY p1.close_date DESC NULLS LAST, p1.amount_minor ASC NULLS FIRST, p1.id DESC 
 LIMIT 1), 'endCursor', (SELECT translate(encode(($9 || convert_to(CAST(json_build_array(to_char(p1.close_date, 'YYYY-MM-DD'), CAST(p1.amount_minor AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($10 || sha256($11 || ($9 || convert_to(CAST(json_build_array(to_char(p1.close_date, 'YYYY-MM-DD'), CAST(p1.amount_minor AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_2 
FROM p1 ORDER BY p1.close_date ASC NULLS FIRST, p1.amount_minor DESC NULLS LAST, p1.id ASC 
 LIMIT 1))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.close_date AS "closeDate", CASE WHEN (p1.amount_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p1.amount_minor AS NUMERIC) * CASE WHEN (p1.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p1.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p1.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS amount 
FROM p1 ORDER BY p1.close_date DESC NULLS LAST, p1.amount_minor ASC NULLS FIRST, p1.id DESC) AS r2) AS n1_0) AS opportunities) AS r) END AS anon_1
