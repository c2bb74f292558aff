-- admin: 5 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT (SELECT coalesce(json_agg(d.domain ORDER BY d.domain), '[]'::json) AS coalesce_1 
FROM account_domains AS d 
WHERE d.tenant_id = $3 AND d.account_id = t1.id) AS domains, x2.j AS addresses, x3.j AS "externalIds", x4.j AS owner, x9.j AS parent, x10.j AS children 
FROM accounts AS t1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p2.kind AS kind, p2.street AS street, p2.city AS city, p2.country AS country 
FROM (SELECT t2.kind AS kind, t2.street AS street, t2.city AS city, t2.country AS country 
FROM account_addresses AS t2 
WHERE t2.tenant_id = $3 AND t2.account_id = t1.id ORDER BY t2.kind 
 LIMIT 250) AS p2 ORDER BY p2.kind) AS r2) AS x2 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.source AS source, p3.value AS value 
FROM (SELECT t3.source AS source, t3.value AS value 
FROM external_ids AS t3 
WHERE t3.tenant_id = $3 AND t3.record_id = t1.id AND t3.type = 'account' ORDER BY t3.source, t3.value 
 LIMIT 50) AS p3 ORDER BY p3.source, p3.value) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT t4.name AS name, t4.email AS email, x5.j AS team 
FROM users AS t4 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT t5.name AS name, x6.j AS parent, x8.j AS manager 
FROM teams AS t5 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r6) AS j 
FROM (SELECT t6.name AS name, x7.j AS manager 
FROM teams AS t6 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name 
FROM users AS t7 
WHERE t7.tenant_id = $3 AND t7.id = t6.manager_id) AS r7) AS x7 ON true 
WHERE t6.tenant_id = $3 AND t6.id = t5.parent_id) AS r6) AS x6 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT t8.name AS name 
FROM users AS t8 
WHERE t8.tenant_id = $3 AND t8.id = t5.manager_id) AS r8) AS x8 ON true 
WHERE t5.tenant_id = $3 AND t5.id = t4.team_id) AS r5
 LIMIT ALL OFFSET 0) AS x5 ON true 
WHERE t4.tenant_id = $3 AND t4.id = t1.owner_id) AS r4
 LIMIT ALL OFFSET 0) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT t9.name AS name 
FROM accounts AS t9 
WHERE t9.tenant_id = $3 AND t9.id = t1.parent_id) AS r9) AS x9 ON true LEFT OUTER JOIN LATERAL (WITH p10 AS 
(SELECT m10.name AS name, m10.parent_id AS parent_id, m10.created_at AS created_at, m10.id AS id 
FROM (SELECT t10.name AS name, t10.parent_id AS parent_id, t10.created_at AS created_at, t10.id AS id 
FROM accounts AS t10 
WHERE t10.tenant_id = $3 AND t10.parent_id = t1.id AND t10.archived_at IS NULL ORDER BY t10.created_at DESC, t10.id DESC 
 LIMIT 101) AS m10 ORDER BY m10.created_at DESC, m10.id DESC 
 LIMIT $4)
 SELECT json_build_object('nodes', n10_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r11)), '[]'::json) AS j 
FROM (SELECT p10.name AS name, x12.j AS parent 
FROM p10 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT t12.name AS name, (SELECT coalesce(json_agg(d.domain ORDER BY d.domain), '[]'::json) AS coalesce_2 
FROM account_domains AS d 
WHERE d.tenant_id = $3 AND d.account_id = t12.id) AS domains 
FROM accounts AS t12 
WHERE t12.tenant_id = $3 AND t12.id = p10.parent_id) AS r12) AS x12 ON true ORDER BY p10.created_at DESC, p10.id DESC) AS r11) AS n10_0) AS x10 ON true 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM account_domains AS d 
WHERE d.tenant_id = $3 AND d.account_id = t1.id AND d.domain = $5))) AS r1) AS account) AS r) END AS anon_1

-- sales_rep: 6 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT (SELECT coalesce(json_agg(d.domain ORDER BY d.domain), '[]'::json) AS coalesce_1 
FROM account_domains AS d 
WHERE d.tenant_id = $3 AND d.account_id = t1.id) AS domains, x2.j AS addresses, x3.j AS "externalIds", x4.j AS owner, x9.j AS parent, x10.j AS children 
FROM accounts AS t1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p2.kind AS kind, p2.street AS street, p2.city AS city, p2.country AS country 
FROM (SELECT t2.kind AS kind, t2.street AS street, t2.city AS city, t2.country AS country 
FROM account_addresses AS t2 
WHERE t2.tenant_id = $3 AND t2.account_id = t1.id ORDER BY t2.kind 
 LIMIT 250) AS p2 ORDER BY p2.kind) AS r2) AS x2 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.source AS source, p3.value AS value 
FROM (SELECT t3.source AS source, t3.value AS value 
FROM external_ids AS t3 
WHERE t3.tenant_id = $3 AND t3.record_id = t1.id AND t3.type = 'account' ORDER BY t3.source, t3.value 
 LIMIT 50) AS p3 ORDER BY p3.source, p3.value) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT t4.name AS name, t4.email AS email, x5.j AS team 
FROM users AS t4 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT t5.name AS name, x6.j AS parent, x8.j AS manager 
FROM teams AS t5 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r6) AS j 
FROM (SELECT t6.name AS name, x7.j AS manager 
FROM teams AS t6 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name 
FROM users AS t7 
WHERE t7.tenant_id = $3 AND t7.id = t6.manager_id) AS r7) AS x7 ON true 
WHERE t6.tenant_id = $3 AND t6.id = t5.parent_id) AS r6) AS x6 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT t8.name AS name 
FROM users AS t8 
WHERE t8.tenant_id = $3 AND t8.id = t5.manager_id) AS r8) AS x8 ON true 
WHERE t5.tenant_id = $3 AND t5.id = t4.team_id) AS r5
 LIMIT ALL OFFSET 0) AS x5 ON true 
WHERE t4.tenant_id = $3 AND t4.id = t1.owner_id) AS r4
 LIMIT ALL OFFSET 0) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT t9.name AS name 
FROM accounts AS t9 
WHERE t9.tenant_id = $3 AND t9.owner_id = $4 AND t9.id = t1.parent_id) AS r9) AS x9 ON true LEFT OUTER JOIN LATERAL (WITH p10 AS 
(SELECT m10.name AS name, m10.parent_id AS parent_id, m10.created_at AS created_at, m10.id AS id 
FROM (SELECT t10.name AS name, t10.parent_id AS parent_id, t10.created_at AS created_at, t10.id AS id 
FROM accounts AS t10 
WHERE t10.tenant_id = $3 AND t10.owner_id = $4 AND t10.parent_id = t1.id AND t10.archived_at IS NULL ORDER BY t10.created_at DESC, t10.id DESC 
 LIMIT 101) AS m10 ORDER BY m10.created_at DESC, m10.id DESC 
 LIMIT $5)
 SELECT json_build_object('nodes', n10_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r11)), '[]'::json) AS j 
FROM (SELECT p10.name AS name, x12.j AS parent 
FROM p10 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT t12.name AS name, (SELECT coalesce(json_agg(d.domain ORDER BY d.domain), '[]'::json) AS coalesce_2 
FROM account_domains AS d 
WHERE d.tenant_id = $3 AND d.account_id = t12.id) AS domains 
FROM accounts AS t12 
WHERE t12.tenant_id = $3 AND t12.owner_id = $4 AND t12.id = p10.parent_id) AS r12) AS x12 ON true ORDER BY p10.created_at DESC, p10.id DESC) AS r11) AS n10_0) AS x10 ON true 
WHERE t1.tenant_id = $3 AND t1.owner_id = $4 AND t1.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM account_domains AS d 
WHERE d.tenant_id = $3 AND d.account_id = t1.id AND d.domain = $6))) AS r1) AS account) AS r) END AS anon_1
