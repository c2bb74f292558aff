-- admin: 5 parameters, the tenant is $5
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT coalesce(json_agg(coalesce(x1.j, x3.j, x4.j, x5.j) ORDER BY asked.place), '[]'::json) AS coalesce_1 
FROM unnest(CAST($3 AS UUID[]), CAST($4 AS TEXT[])) WITH ORDINALITY AS asked(id, prefix, place) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r1) AS j 
FROM (SELECT 'Account' AS __typename, 'acc_' || encode(uuid_send(t1.id), 'hex') AS id, t1.name AS name, x2.j AS owner 
FROM accounts AS t1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT t2.name AS name 
FROM users AS t2 
WHERE t2.tenant_id = $5 AND t2.id = t1.owner_id) AS r2) AS x2 ON true 
WHERE t1.tenant_id = $5 AND asked.prefix = 'acc' AND t1.id = asked.id) AS r1) AS x1 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT 'Opportunity' AS __typename, 'opp_' || encode(uuid_send(t3.id), 'hex') AS id, t3.name AS name 
FROM opportunities AS t3 
WHERE t3.tenant_id = $5 AND asked.prefix = 'opp' AND t3.id = asked.id) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT 'Stage' AS __typename, 'stg_' || encode(uuid_send(t4.id), 'hex') AS id, t4.name AS name, t4.kind AS kind 
FROM stages AS t4 
WHERE t4.tenant_id = $5 AND asked.prefix = 'stg' AND t4.id = asked.id) AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT 'User' AS __typename, 'usr_' || encode(uuid_send(t5.id), 'hex') AS id 
FROM users AS t5 
WHERE t5.tenant_id = $5 AND asked.prefix = 'usr' AND t5.id = asked.id) AS r5) AS x5 ON true) AS nodes, '[]'::json AS nothing) AS r) END AS anon_1

-- sales_rep: 6 parameters, the tenant is $5
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT coalesce(json_agg(coalesce(x1.j, x3.j, x4.j, x5.j) ORDER BY asked.place), '[]'::json) AS coalesce_1 
FROM unnest(CAST($3 AS UUID[]), CAST($4 AS TEXT[])) WITH ORDINALITY AS asked(id, prefix, place) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r1) AS j 
FROM (SELECT 'Account' AS __typename, 'acc_' || encode(uuid_send(t1.id), 'hex') AS id, t1.name AS name, x2.j AS owner 
FROM accounts AS t1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT t2.name AS name 
FROM users AS t2 
WHERE t2.tenant_id = $5 AND t2.id = t1.owner_id) AS r2) AS x2 ON true 
WHERE t1.tenant_id = $5 AND t1.owner_id = $6 AND asked.prefix = 'acc' AND t1.id = asked.id) AS r1) AS x1 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT 'Opportunity' AS __typename, 'opp_' || encode(uuid_send(t3.id), 'hex') AS id, t3.name AS name 
FROM opportunities AS t3 
WHERE t3.tenant_id = $5 AND t3.owner_id = $6 AND asked.prefix = 'opp' AND t3.id = asked.id) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT 'Stage' AS __typename, 'stg_' || encode(uuid_send(t4.id), 'hex') AS id, t4.name AS name, t4.kind AS kind 
FROM stages AS t4 
WHERE t4.tenant_id = $5 AND asked.prefix = 'stg' AND t4.id = asked.id) AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT 'User' AS __typename, 'usr_' || encode(uuid_send(t5.id), 'hex') AS id 
FROM users AS t5 
WHERE t5.tenant_id = $5 AND asked.prefix = 'usr' AND t5.id = asked.id) AS r5) AS x5 ON true) AS nodes, '[]'::json AS nothing) AS r) END AS anon_1
