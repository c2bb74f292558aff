-- admin: 4 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.id AS id, m1.name AS name, m1.type AS type, m1.industry AS industry, m1.employees AS employees, m1.annual_revenue_minor AS annual_revenue_minor, m1.currency AS currency, m1.created_at AS created_at, m1.archived_at AS archived_at, m1.version AS version 
FROM (SELECT t1.id AS id, t1.name AS name, t1.type AS type, t1.industry AS industry, t1.employees AS employees, t1.annual_revenue_minor AS annual_revenue_minor, t1.currency AS currency, t1.created_at AS created_at, t1.archived_at AS archived_at, t1.version AS version 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(p1.id), 'hex') AS id, p1.name AS name, p1.type AS type, p1.industry AS industry, p1.employees AS employees, CASE WHEN (p1.annual_revenue_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p1.annual_revenue_minor AS NUMERIC) * CASE WHEN (p1.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p1.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p1.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT), 'currency', p1.currency) END AS "annualRevenue", rtrim(rtrim(to_char(timezone('UTC', p1.created_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "createdAt", rtrim(rtrim(to_char(timezone('UTC', p1.archived_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "archivedAt", p1.version AS version 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS accounts) AS r) END AS anon_1

-- sales_rep: 5 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.id AS id, m1.name AS name, m1.type AS type, m1.industry AS industry, m1.employees AS employees, m1.annual_revenue_minor AS annual_revenue_minor, m1.currency AS currency, m1.created_at AS created_at, m1.archived_at AS archived_at, m1.version AS version 
FROM (SELECT t1.id AS id, t1.name AS name, t1.type AS type, t1.industry AS industry, t1.employees AS employees, t1.annual_revenue_minor AS annual_revenue_minor, t1.currency AS currency, t1.created_at AS created_at, t1.archived_at AS archived_at, t1.version AS version 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.owner_id = $4 AND t1.archived_at IS NULL ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $5)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(p1.id), 'hex') AS id, p1.name AS name, p1.type AS type, p1.industry AS industry, p1.employees AS employees, CASE WHEN (p1.annual_revenue_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p1.annual_revenue_minor AS NUMERIC) * CASE WHEN (p1.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p1.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p1.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT), 'currency', p1.currency) END AS "annualRevenue", rtrim(rtrim(to_char(timezone('UTC', p1.created_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "createdAt", rtrim(rtrim(to_char(timezone('UTC', p1.archived_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "archivedAt", p1.version AS version 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS accounts) AS r) END AS anon_1
