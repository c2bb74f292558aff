-- admin: 12 parameters, the tenant is $12
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT t1.id AS id, t1.kind AS kind, t1.name AS name, array_to_json(t1.roles) AS roles, array_to_json(t1.permissions) AS permissions, x2.j AS "user", x4.j AS tenant 
FROM (SELECT CAST($3 AS TEXT) AS id, CAST($4 AS TEXT) AS kind, CAST($5 AS TEXT) AS name, CAST($6 AS UUID) AS user_id, CAST($7 AS UUID) AS tenant_id, CAST($8 AS TEXT[]) AS roles, CAST($9 AS TEXT[]) AS permissions, CAST($10 AS JSON) AS capability, CAST($11 AS UUID) AS principal) AS t1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT t2.name AS name, x3.j AS team 
FROM users AS t2 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name 
FROM teams AS t3 
WHERE t3.tenant_id = $12 AND t3.id = t2.team_id) AS r3) AS x3 ON true 
WHERE t2.tenant_id = $12 AND t2.id = t1.user_id) AS r2) AS x2 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT 'ten_' || encode(uuid_send(t4.id), 'hex') AS id, t4.name AS name, t4.currency AS currency, t4.zone AS zone, t4.fiscal_year_start AS "fiscalYearStart" 
FROM tenants AS t4 
WHERE t4.id = $12 AND t4.id = t1.tenant_id) AS r4) AS x4 ON true) AS r1) AS viewer) AS r) END AS anon_1

-- sales_rep: 12 parameters, the tenant is $12
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT t1.id AS id, t1.kind AS kind, t1.name AS name, array_to_json(t1.roles) AS roles, array_to_json(t1.permissions) AS permissions, x2.j AS "user", x4.j AS tenant 
FROM (SELECT CAST($3 AS TEXT) AS id, CAST($4 AS TEXT) AS kind, CAST($5 AS TEXT) AS name, CAST($6 AS UUID) AS user_id, CAST($7 AS UUID) AS tenant_id, CAST($8 AS TEXT[]) AS roles, CAST($9 AS TEXT[]) AS permissions, CAST($10 AS JSON) AS capability, CAST($11 AS UUID) AS principal) AS t1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT t2.name AS name, x3.j AS team 
FROM users AS t2 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name 
FROM teams AS t3 
WHERE t3.tenant_id = $12 AND t3.id = t2.team_id) AS r3) AS x3 ON true 
WHERE t2.tenant_id = $12 AND t2.id = t1.user_id) AS r2) AS x2 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT 'ten_' || encode(uuid_send(t4.id), 'hex') AS id, t4.name AS name, t4.currency AS currency, t4.zone AS zone, t4.fiscal_year_start AS "fiscalYearStart" 
FROM tenants AS t4 
WHERE t4.id = $12 AND t4.id = t1.tenant_id) AS r4) AS x4 ON true) AS r1) AS viewer) AS r) END AS anon_1

-- read_only: 12 parameters, the tenant is $12
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT t1.id AS id, t1.kind AS kind, t1.name AS name, array_to_json(t1.roles) AS roles, array_to_json(t1.permissions) AS permissions, x2.j AS "user", x4.j AS tenant 
FROM (SELECT CAST($3 AS TEXT) AS id, CAST($4 AS TEXT) AS kind, CAST($5 AS TEXT) AS name, CAST($6 AS UUID) AS user_id, CAST($7 AS UUID) AS tenant_id, CAST($8 AS TEXT[]) AS roles, CAST($9 AS TEXT[]) AS permissions, CAST($10 AS JSON) AS capability, CAST($11 AS UUID) AS principal) AS t1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT t2.name AS name, x3.j AS team 
FROM users AS t2 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name 
FROM teams AS t3 
WHERE t3.tenant_id = $12 AND t3.id = t2.team_id) AS r3) AS x3 ON true 
WHERE t2.tenant_id = $12 AND t2.id = t1.user_id) AS r2) AS x2 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT 'ten_' || encode(uuid_send(t4.id), 'hex') AS id, t4.name AS name, t4.currency AS currency, t4.zone AS zone, t4.fiscal_year_start AS "fiscalYearStart" 
FROM tenants AS t4 
WHERE t4.id = $12 AND t4.id = t1.tenant_id) AS r4) AS x4 ON true) AS r1) AS viewer) AS r) END AS anon_1
