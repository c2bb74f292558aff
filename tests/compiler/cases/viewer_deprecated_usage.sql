-- admin: 12 parameters, the tenant is $12
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT x2.j AS "deprecatedUsage" 
FROM (SELECT CAST($3 AS TEXT) AS id, CAST($4 AS TEXT) AS kind, CAST($5 AS TEXT) AS name, CAST($6 AS UUID) AS user_id, CAST($7 AS UUID) AS tenant_id, CAST($8 AS TEXT[]) AS roles, CAST($9 AS TEXT[]) AS permissions, CAST($10 AS JSON) AS capability, CAST($11 AS UUID) AS principal) AS t1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p2.coordinate AS coordinate, nullif(p2.document, '') AS "documentId", p2.uses AS uses, rtrim(rtrim(to_char(timezone('UTC', p2.first_used_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "firstUsedAt", rtrim(rtrim(to_char(timezone('UTC', p2.last_used_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "lastUsedAt", x3.j AS token 
FROM (SELECT t2.coordinate AS coordinate, t2.document AS document, t2.uses AS uses, t2.first_used_at AS first_used_at, t2.last_used_at AS last_used_at, t2.client_id AS client_id 
FROM deprecated_uses AS t2 
WHERE t2.tenant_id = $12 AND t2.principal_id = t1.principal ORDER BY t2.coordinate, t2.client_id, t2.document 
 LIMIT 250) AS p2 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name 
FROM tokens AS t3 
WHERE t3.tenant_id = $12 AND t3.id = p2.client_id) AS r3) AS x3 ON true ORDER BY p2.coordinate, p2.client_id, p2.document) AS r2) AS x2 ON true) AS r1) AS viewer) AS r) END AS anon_1

-- sales_rep: 12 parameters, the tenant is $12
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT x2.j AS "deprecatedUsage" 
FROM (SELECT CAST($3 AS TEXT) AS id, CAST($4 AS TEXT) AS kind, CAST($5 AS TEXT) AS name, CAST($6 AS UUID) AS user_id, CAST($7 AS UUID) AS tenant_id, CAST($8 AS TEXT[]) AS roles, CAST($9 AS TEXT[]) AS permissions, CAST($10 AS JSON) AS capability, CAST($11 AS UUID) AS principal) AS t1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p2.coordinate AS coordinate, nullif(p2.document, '') AS "documentId", p2.uses AS uses, rtrim(rtrim(to_char(timezone('UTC', p2.first_used_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "firstUsedAt", rtrim(rtrim(to_char(timezone('UTC', p2.last_used_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "lastUsedAt", x3.j AS token 
FROM (SELECT t2.coordinate AS coordinate, t2.document AS document, t2.uses AS uses, t2.first_used_at AS first_used_at, t2.last_used_at AS last_used_at, t2.client_id AS client_id 
FROM deprecated_uses AS t2 
WHERE t2.tenant_id = $12 AND t2.principal_id = t1.principal ORDER BY t2.coordinate, t2.client_id, t2.document 
 LIMIT 250) AS p2 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name 
FROM tokens AS t3 
WHERE t3.tenant_id = $12 AND false AND t3.id = p2.client_id) AS r3) AS x3 ON true ORDER BY p2.coordinate, p2.client_id, p2.document) AS r2) AS x2 ON true) AS r1) AS viewer) AS r) END AS anon_1
