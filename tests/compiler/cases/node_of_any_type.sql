-- admin: 6 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT 'Account' AS __typename, 'acc_' || encode(uuid_send(t1.id), 'hex') AS id, t1.name AS name 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.id = $4) AS r1) AS hidden, (SELECT row_to_json(r2) AS j 
FROM (SELECT 'opp_' || encode(uuid_send(t2.id), 'hex') AS id, t2.version AS version, rtrim(rtrim(to_char(timezone('UTC', t2.archived_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "archivedAt", t2.name AS name, x3.j AS account 
FROM opportunities AS t2 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name 
FROM accounts AS t3 
WHERE t3.tenant_id = $3 AND t3.id = t2.account_id) AS r3) AS x3 ON true 
WHERE t2.tenant_id = $3 AND t2.id = $5) AS r2) AS seen, (SELECT row_to_json(r4) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t4.id), 'hex') AS id 
FROM accounts AS t4 
WHERE t4.tenant_id = $3 AND t4.id = $6) AS r4) AS none) AS r) END AS anon_1

-- sales_rep: 7 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT 'Account' AS __typename, 'acc_' || encode(uuid_send(t1.id), 'hex') AS id, t1.name AS name 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.owner_id = $4 AND t1.id = $5) AS r1) AS hidden, (SELECT row_to_json(r2) AS j 
FROM (SELECT 'opp_' || encode(uuid_send(t2.id), 'hex') AS id, t2.version AS version, rtrim(rtrim(to_char(timezone('UTC', t2.archived_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "archivedAt", t2.name AS name, x3.j AS account 
FROM opportunities AS t2 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name 
FROM accounts AS t3 
WHERE t3.tenant_id = $3 AND t3.owner_id = $4 AND t3.id = t2.account_id) AS r3) AS x3 ON true 
WHERE t2.tenant_id = $3 AND t2.owner_id = $4 AND t2.id = $6) AS r2) AS seen, (SELECT row_to_json(r4) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t4.id), 'hex') AS id 
FROM accounts AS t4 
WHERE t4.tenant_id = $3 AND t4.owner_id = $4 AND t4.id = $7) AS r4) AS none) AS r) END AS anon_1
