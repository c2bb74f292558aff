-- admin: 17 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.created_at AS created_at, m1.id AS id 
FROM (SELECT t1.name AS name, t1.created_at AS created_at, t1.id AS id 
FROM opportunities AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f1_1_0 
WHERE f1_1_0.tenant_id = $3 AND f1_1_0.id = t1.account_id AND f1_1_0.name_sort >= $4 AND f1_1_0.name_sort < $5 AND (f1_1_0.archived_at IS NULL OR f1_1_0.archived_at IS NOT NULL))) ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS of_globex, (WITH p3 AS 
(SELECT m3.name AS name, m3.account_id AS account_id, m3.created_at AS created_at, m3.id AS id 
FROM (SELECT t3.name AS name, t3.account_id AS account_id, t3.created_at AS created_at, t3.id AS id 
FROM opportunities AS t3 
WHERE t3.tenant_id = $3 AND t3.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f3_1_0 
WHERE f3_1_0.tenant_id = $3 AND f3_1_0.id = t3.account_id AND true)) ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 101) AS m3 ORDER BY m3.created_at DESC, m3.id DESC 
 LIMIT $7)
 SELECT json_build_object('nodes', n3_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name, x5.j AS account 
FROM p3 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT t5.name AS name 
FROM accounts AS t5 
WHERE t5.tenant_id = $3 AND t5.id = p3.account_id) AS r5) AS x5 ON true ORDER BY p3.created_at DESC, p3.id DESC) AS r4) AS n3_0) AS with_account, (WITH p6 AS 
(SELECT m6.name AS name, m6.account_id AS account_id, m6.created_at AS created_at, m6.id AS id 
FROM (SELECT t6.name AS name, t6.account_id AS account_id, t6.created_at AS created_at, t6.id AS id 
FROM opportunities AS t6 
WHERE t6.tenant_id = $3 AND t6.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f6_1_0_0 
WHERE f6_1_0_0.tenant_id = $3 AND f6_1_0_0.id = t6.account_id AND true)) IS NOT true ORDER BY t6.created_at DESC, t6.id DESC 
 LIMIT 101) AS m6 ORDER BY m6.created_at DESC, m6.id DESC 
 LIMIT $8)
 SELECT json_build_object('nodes', n6_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r7)), '[]'::json) AS j 
FROM (SELECT p6.name AS name, x8.j AS account 
FROM p6 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT t8.name AS name 
FROM accounts AS t8 
WHERE t8.tenant_id = $3 AND t8.id = p6.account_id) AS r8) AS x8 ON true ORDER BY p6.created_at DESC, p6.id DESC) AS r7) AS n6_0) AS without_account, (WITH p9 AS 
(SELECT m9.name AS name, m9.created_at AS created_at, m9.id AS id 
FROM (SELECT t9.name AS name, t9.created_at AS created_at, t9.id AS id 
FROM opportunities AS t9 
WHERE t9.tenant_id = $3 AND t9.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f9_1_0_0 
WHERE f9_1_0_0.tenant_id = $3 AND f9_1_0_0.id = t9.account_id AND true)) IS NOT true AND false ORDER BY t9.created_at DESC, t9.id DESC 
 LIMIT 101) AS m9 ORDER BY m9.created_at DESC, m9.id DESC 
 LIMIT $9)
 SELECT json_build_object('nodes', n9_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT p9.name AS name 
FROM p9 ORDER BY p9.created_at DESC, p9.id DESC) AS r10) AS n9_0) AS impossible, (WITH p11 AS 
(SELECT m11.name AS name, m11.created_at AS created_at, m11.id AS id 
FROM (SELECT t11.name AS name, t11.created_at AS created_at, t11.id AS id 
FROM opportunities AS t11 
WHERE t11.tenant_id = $3 AND t11.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f11_1_0_0 
WHERE f11_1_0_0.tenant_id = $3 AND f11_1_0_0.id = t11.account_id AND f11_1_0_0.name_sort = $10 AND (f11_1_0_0.archived_at IS NULL OR f11_1_0_0.archived_at IS NOT NULL))) IS NOT true ORDER BY t11.created_at DESC, t11.id DESC 
 LIMIT 101) AS m11 ORDER BY m11.created_at DESC, m11.id DESC 
 LIMIT $11)
 SELECT json_build_object('nodes', n11_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r12)), '[]'::json) AS j 
FROM (SELECT p11.name AS name 
FROM p11 ORDER BY p11.created_at DESC, p11.id DESC) AS r12) AS n11_0) AS not_of_globex, (WITH p13 AS 
(SELECT m13.name AS name, m13.created_at AS created_at, m13.id AS id 
FROM (SELECT t13.name AS name, t13.created_at AS created_at, t13.id AS id 
FROM opportunities AS t13 
WHERE t13.tenant_id = $3 AND t13.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f13_1_0 
WHERE f13_1_0.tenant_id = $3 AND f13_1_0.id = t13.account_id AND (EXISTS (SELECT 1 
FROM users AS f13_1_0_0 
WHERE f13_1_0_0.tenant_id = $3 AND f13_1_0_0.id = f13_1_0.owner_id AND (EXISTS (SELECT 1 
FROM teams AS f13_1_0_0_0 
WHERE f13_1_0_0_0.tenant_id = $3 AND f13_1_0_0_0.id = f13_1_0_0.team_id AND f13_1_0_0_0.name_sort = $12 AND (f13_1_0_0_0.archived_at IS NULL OR f13_1_0_0_0.archived_at IS NOT NULL))) AND (f13_1_0_0.archived_at IS NULL OR f13_1_0_0.archived_at IS NOT NULL))) AND (EXISTS (SELECT 1 
FROM accounts AS f13_1_0_1_0 
WHERE f13_1_0_1_0.tenant_id = $3 AND f13_1_0_1_0.id = f13_1_0.parent_id AND true)) IS NOT true AND (f13_1_0.archived_at IS NULL OR f13_1_0.archived_at IS NOT NULL))) AND (EXISTS (SELECT 1 
FROM stages AS f13_1_1 
WHERE f13_1_1.tenant_id = $3 AND f13_1_1.id = t13.stage_id AND f13_1_1.kind = 'OPEN' AND (f13_1_1.archived_at IS NULL OR f13_1_1.archived_at IS NOT NULL))) ORDER BY t13.created_at DESC, t13.id DESC 
 LIMIT 101) AS m13 ORDER BY m13.created_at DESC, m13.id DESC 
 LIMIT $13)
 SELECT json_build_object('nodes', n13_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r14)), '[]'::json) AS j 
FROM (SELECT p13.name AS name 
FROM p13 ORDER BY p13.created_at DESC, p13.id DESC) AS r14) AS n13_0) AS far, (WITH p15 AS 
(SELECT m15.name AS name, m15.created_at AS created_at, m15.id AS id 
FROM (SELECT t15.name AS name, t15.created_at AS created_at, t15.id AS id 
FROM opportunities AS t15 
WHERE t15.tenant_id = $3 AND t15.archived_at IS NULL AND ((EXISTS (SELECT 1 
FROM users AS f15_1_0_0_0_0 
WHERE f15_1_0_0_0_0.tenant_id = $3 AND f15_1_0_0_0_0.id = t15.owner_id AND true)) IS NOT true OR (EXISTS (SELECT 1 
FROM pipelines AS f15_1_0_1_0 
WHERE f15_1_0_1_0.tenant_id = $3 AND f15_1_0_1_0.id = t15.pipeline_id AND f15_1_0_1_0.name_sort = $14 AND (f15_1_0_1_0.archived_at IS NULL OR f15_1_0_1_0.archived_at IS NOT NULL)))) ORDER BY t15.created_at DESC, t15.id DESC 
 LIMIT 101) AS m15 ORDER BY m15.created_at DESC, m15.id DESC 
 LIMIT $15)
 SELECT json_build_object('nodes', n15_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r16)), '[]'::json) AS j 
FROM (SELECT p15.name AS name 
FROM p15 ORDER BY p15.created_at DESC, p15.id DESC) AS r16) AS n15_0) AS either, (WITH p17 AS 
(SELECT m17.name AS name, m17.created_at AS created_at, m17.id AS id 
FROM (SELECT t17.name AS name, t17.created_at AS created_at, t17.id AS id 
FROM accounts AS t17 
WHERE t17.tenant_id = $3 AND t17.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f17_1_0 
WHERE f17_1_0.tenant_id = $3 AND f17_1_0.id = t17.parent_id AND (EXISTS (SELECT 1 
FROM users AS f17_1_0_0 
WHERE f17_1_0_0.tenant_id = $3 AND f17_1_0_0.id = f17_1_0.owner_id AND f17_1_0_0.email_norm = $16 AND (f17_1_0_0.archived_at IS NULL OR f17_1_0_0.archived_at IS NOT NULL))) AND (f17_1_0.archived_at IS NULL OR f17_1_0.archived_at IS NOT NULL))) ORDER BY t17.created_at DESC, t17.id DESC 
 LIMIT 101) AS m17 ORDER BY m17.created_at DESC, m17.id DESC 
 LIMIT $17)
 SELECT json_build_object('nodes', n17_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r18)), '[]'::json) AS j 
FROM (SELECT p17.name AS name 
FROM p17 ORDER BY p17.created_at DESC, p17.id DESC) AS r18) AS n17_0) AS below) AS r) END AS anon_1

-- sales_rep: 18 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.created_at AS created_at, m1.id AS id 
FROM (SELECT t1.name AS name, t1.created_at AS created_at, t1.id AS id 
FROM opportunities AS t1 
WHERE t1.tenant_id = $3 AND t1.owner_id = $4 AND t1.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f1_1_0 
WHERE f1_1_0.tenant_id = $3 AND f1_1_0.owner_id = $4 AND f1_1_0.id = t1.account_id AND f1_1_0.name_sort >= $5 AND f1_1_0.name_sort < $6 AND (f1_1_0.archived_at IS NULL OR f1_1_0.archived_at IS NOT NULL))) ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $7)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS of_globex, (WITH p3 AS 
(SELECT m3.name AS name, m3.account_id AS account_id, m3.created_at AS created_at, m3.id AS id 
FROM (SELECT t3.name AS name, t3.account_id AS account_id, t3.created_at AS created_at, t3.id AS id 
FROM opportunities AS t3 
WHERE t3.tenant_id = $3 AND t3.owner_id = $4 AND t3.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f3_1_0 
WHERE f3_1_0.tenant_id = $3 AND f3_1_0.owner_id = $4 AND f3_1_0.id = t3.account_id AND true)) ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 101) AS m3 ORDER BY m3.created_at DESC, m3.id DESC 
 LIMIT $8)
 SELECT json_build_object('nodes', n3_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name, x5.j AS account 
FROM p3 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT t5.name AS name 
FROM accounts AS t5 
WHERE t5.tenant_id = $3 AND t5.owner_id = $4 AND t5.id = p3.account_id) AS r5) AS x5 ON true ORDER BY p3.created_at DESC, p3.id DESC) AS r4) AS n3_0) AS with_account, (WITH p6 AS 
(SELECT m6.name AS name, m6.account_id AS account_id, m6.created_at AS created_at, m6.id AS id 
FROM (SELECT t6.name AS name, t6.account_id AS account_id, t6.created_at AS created_at, t6.id AS id 
FROM opportunities AS t6 
WHERE t6.tenant_id = $3 AND t6.owner_id = $4 AND t6.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f6_1_0_0 
WHERE f6_1_0_0.tenant_id = $3 AND f6_1_0_0.owner_id = $4 AND f6_1_0_0.id = t6.account_id AND true)) IS NOT true ORDER BY t6.created_at DESC, t6.id DESC 
 LIMIT 101) AS m6 ORDER BY m6.created_at DESC, m6.id DESC 
 LIMIT $9)
 SELECT json_build_object('nodes', n6_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r7)), '[]'::json) AS j 
FROM (SELECT p6.name AS name, x8.j AS account 
FROM p6 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT t8.name AS name 
FROM accounts AS t8 
WHERE t8.tenant_id = $3 AND t8.owner_id = $4 AND t8.id = p6.account_id) AS r8) AS x8 ON true ORDER BY p6.created_at DESC, p6.id DESC) AS r7) AS n6_0) AS without_account, (WITH p9 AS 
(SELECT m9.name AS name, m9.created_at AS created_at, m9.id AS id 
FROM (SELECT t9.name AS name, t9.created_at AS created_at, t9.id AS id 
FROM opportunities AS t9 
WHERE t9.tenant_id = $3 AND t9.owner_id = $4 AND t9.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f9_1_0_0 
WHERE f9_1_0_0.tenant_id = $3 AND f9_1_0_0.owner_id = $4 AND f9_1_0_0.id = t9.account_id AND true)) IS NOT true AND false ORDER BY t9.created_at DESC, t9.id DESC 
 LIMIT 101) AS m9 ORDER BY m9.created_at DESC, m9.id DESC 
 LIMIT $10)
 SELECT json_build_object('nodes', n9_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT p9.name AS name 
FROM p9 ORDER BY p9.created_at DESC, p9.id DESC) AS r10) AS n9_0) AS impossible, (WITH p11 AS 
(SELECT m11.name AS name, m11.created_at AS created_at, m11.id AS id 
FROM (SELECT t11.name AS name, t11.created_at AS created_at, t11.id AS id 
FROM opportunities AS t11 
WHERE t11.tenant_id = $3 AND t11.owner_id = $4 AND t11.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f11_1_0_0 
WHERE f11_1_0_0.tenant_id = $3 AND f11_1_0_0.owner_id = $4 AND f11_1_0_0.id = t11.account_id AND f11_1_0_0.name_sort = $11 AND (f11_1_0_0.archived_at IS NULL OR f11_1_0_0.archived_at IS NOT NULL))) IS NOT true ORDER BY t11.created_at DESC, t11.id DESC 
 LIMIT 101) AS m11 ORDER BY m11.created_at DESC, m11.id DESC 
 LIMIT $12)
 SELECT json_build_object('nodes', n11_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r12)), '[]'::json) AS j 
FROM (SELECT p11.name AS name 
FROM p11 ORDER BY p11.created_at DESC, p11.id DESC) AS r12) AS n11_0) AS not_of_globex, (WITH p13 AS 
(SELECT m13.name AS name, m13.created_at AS created_at, m13.id AS id 
FROM (SELECT t13.name AS name, t13.created_at AS created_at, t13.id AS id 
FROM opportunities AS t13 
WHERE t13.tenant_id = $3 AND t13.owner_id = $4 AND t13.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f13_1_0 
WHERE f13_1_0.tenant_id = $3 AND f13_1_0.owner_id = $4 AND f13_1_0.id = t13.account_id AND (EXISTS (SELECT 1 
FROM users AS f13_1_0_0 
WHERE f13_1_0_0.tenant_id = $3 AND f13_1_0_0.id = f13_1_0.owner_id AND (EXISTS (SELECT 1 
FROM teams AS f13_1_0_0_0 
WHERE f13_1_0_0_0.tenant_id = $3 AND f13_1_0_0_0.id = f13_1_0_0.team_id AND f13_1_0_0_0.name_sort = $13 AND (f13_1_0_0_0.archived_at IS NULL OR f13_1_0_0_0.archived_at IS NOT NULL))) AND (f13_1_0_0.archived_at IS NULL OR f13_1_0_0.archived_at IS NOT NULL))) AND (EXISTS (SELECT 1 
FROM accounts AS f13_1_0_1_0 
WHERE f13_1_0_1_0.tenant_id = $3 AND f13_1_0_1_0.owner_id = $4 AND f13_1_0_1_0.id = f13_1_0.parent_id AND true)) IS NOT true AND (f13_1_0.archived_at IS NULL OR f13_1_0.archived_at IS NOT NULL))) AND (EXISTS (SELECT 1 
FROM stages AS f13_1_1 
WHERE f13_1_1.tenant_id = $3 AND f13_1_1.id = t13.stage_id AND f13_1_1.kind = 'OPEN' AND (f13_1_1.archived_at IS NULL OR f13_1_1.archived_at IS NOT NULL))) ORDER BY t13.created_at DESC, t13.id DESC 
 LIMIT 101) AS m13 ORDER BY m13.created_at DESC, m13.id DESC 
 LIMIT $14)
 SELECT json_build_object('nodes', n13_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r14)), '[]'::json) AS j 
FROM (SELECT p13.name AS name 
FROM p13 ORDER BY p13.created_at DESC, p13.id DESC) AS r14) AS n13_0) AS far, (WITH p15 AS 
(SELECT m15.name AS name, m15.created_at AS created_at, m15.id AS id 
FROM (SELECT t15.name AS name, t15.created_at AS created_at, t15.id AS id 
FROM opportunities AS t15 
WHERE t15.tenant_id = $3 AND t15.owner_id = $4 AND t15.archived_at IS NULL AND ((EXISTS (SELECT 1 
FROM users AS f15_1_0_0_0_0 
WHERE f15_1_0_0_0_0.tenant_id = $3 AND f15_1_0_0_0_0.id = t15.owner_id AND true)) IS NOT true OR (EXISTS (SELECT 1 
FROM pipelines AS f15_1_0_1_0 
WHERE f15_1_0_1_0.tenant_id = $3 AND f15_1_0_1_0.id = t15.pipeline_id AND f15_1_0_1_0.name_sort = $15 AND (f15_1_0_1_0.archived_at IS NULL OR f15_1_0_1_0.archived_at IS NOT NULL)))) ORDER BY t15.created_at DESC, t15.id DESC 
 LIMIT 101) AS m15 ORDER BY m15.created_at DESC, m15.id DESC 
 LIMIT $16)
 SELECT json_build_object('nodes', n15_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r16)), '[]'::json) AS j 
FROM (SELECT p15.name AS name 
FROM p15 ORDER BY p15.created_at DESC, p15.id DESC) AS r16) AS n15_0) AS either, (WITH p17 AS 
(SELECT m17.name AS name, m17.created_at AS created_at, m17.id AS id 
FROM (SELECT t17.name AS name, t17.created_at AS created_at, t17.id AS id 
FROM accounts AS t17 
WHERE t17.tenant_id = $3 AND t17.owner_id = $4 AND t17.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f17_1_0 
WHERE f17_1_0.tenant_id = $3 AND f17_1_0.owner_id = $4 AND f17_1_0.id = t17.parent_id AND (EXISTS (SELECT 1 
FROM users AS f17_1_0_0 
WHERE f17_1_0_0.tenant_id = $3 AND f17_1_0_0.id = f17_1_0.owner_id AND f17_1_0_0.email_norm = $17 AND (f17_1_0_0.archived_at IS NULL OR f17_1_0_0.archived_at IS NOT NULL))) AND (f17_1_0.archived_at IS NULL OR f17_1_0.archived_at IS NOT NULL))) ORDER BY t17.created_at DESC, t17.id DESC 
 LIMIT 101) AS m17 ORDER BY m17.created_at DESC, m17.id DESC 
 LIMIT $18)
 SELECT json_build_object('nodes', n17_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r18)), '[]'::json) AS j 
FROM (SELECT p17.name AS name 
FROM p17 ORDER BY p17.created_at DESC, p17.id DESC) AS r18) AS n17_0) AS below) AS r) END AS anon_1
