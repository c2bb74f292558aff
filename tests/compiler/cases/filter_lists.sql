-- admin: 16 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.created_at AS created_at, m1.id AS id 
FROM (SELECT t1.name AS name, t1.created_at AS created_at, t1.id AS id 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM opportunities AS f1_1_0_0 
WHERE f1_1_0_0.tenant_id = $3 AND f1_1_0_0.account_id = t1.id AND f1_1_0_0.archived_at IS NULL AND f1_1_0_0.name_sort IS DISTINCT FROM $4 AND f1_1_0_0.status = 'OPEN')) ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $5)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS "some", (WITH p3 AS 
(SELECT m3.name AS name, m3.created_at AS created_at, m3.id AS id 
FROM (SELECT t3.name AS name, t3.created_at AS created_at, t3.id AS id 
FROM accounts AS t3 
WHERE t3.tenant_id = $3 AND t3.archived_at IS NULL AND NOT (EXISTS (SELECT 1 
FROM opportunities AS f3_1_0_0 
WHERE f3_1_0_0.tenant_id = $3 AND f3_1_0_0.account_id = t3.id AND f3_1_0_0.archived_at IS NULL AND true)) ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 101) AS m3 ORDER BY m3.created_at DESC, m3.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n3_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name 
FROM p3 ORDER BY p3.created_at DESC, p3.id DESC) AS r4) AS n3_0) AS none, (WITH p5 AS 
(SELECT m5.name AS name, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.name AS name, t5.created_at AS created_at, t5.id AS id 
FROM accounts AS t5 
WHERE t5.tenant_id = $3 AND t5.archived_at IS NULL AND NOT (EXISTS (SELECT 1 
FROM opportunities AS f5_1_0_0 
WHERE f5_1_0_0.tenant_id = $3 AND f5_1_0_0.account_id = t5.id AND f5_1_0_0.archived_at IS NULL AND (f5_1_0_0.status = 'OPEN') IS NOT true)) ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $7)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0) AS every, (WITH p7 AS 
(SELECT m7.name AS name, m7.created_at AS created_at, m7.id AS id 
FROM (SELECT t7.name AS name, t7.created_at AS created_at, t7.id AS id 
FROM accounts AS t7 
WHERE t7.tenant_id = $3 AND t7.archived_at IS NULL AND (SELECT count(*) AS count_1 
FROM opportunities AS f7_1_0_0 
WHERE f7_1_0_0.tenant_id = $3 AND f7_1_0_0.account_id = t7.id AND f7_1_0_0.archived_at IS NULL) >= $8 ORDER BY t7.created_at DESC, t7.id DESC 
 LIMIT 101) AS m7 ORDER BY m7.created_at DESC, m7.id DESC 
 LIMIT $9)
 SELECT json_build_object('nodes', n7_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p7.name AS name 
FROM p7 ORDER BY p7.created_at DESC, p7.id DESC) AS r8) AS n7_0) AS count, (WITH p9 AS 
(SELECT m9.name AS name, m9.created_at AS created_at, m9.id AS id 
FROM (SELECT t9.name AS name, t9.created_at AS created_at, t9.id AS id 
FROM accounts AS t9 
WHERE t9.tenant_id = $3 AND t9.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f9_1_0 
WHERE f9_1_0.tenant_id = $3 AND f9_1_0.id = t9.parent_id AND true)) AND (SELECT count(*) AS count_2 
FROM accounts AS f9_1_1_0 
WHERE f9_1_1_0.tenant_id = $3 AND f9_1_1_0.parent_id = t9.id AND f9_1_1_0.archived_at IS NULL) = ANY ($10) ORDER BY t9.created_at DESC, t9.id DESC 
 LIMIT 101) AS m9 ORDER BY m9.created_at DESC, m9.id DESC 
 LIMIT $11)
 SELECT json_build_object('nodes', n9_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT p9.name AS name 
FROM p9 ORDER BY p9.created_at DESC, p9.id DESC) AS r10) AS n9_0) AS no_children, (WITH p11 AS 
(SELECT m11.name AS name, m11.created_at AS created_at, m11.id AS id 
FROM (SELECT t11.name AS name, t11.created_at AS created_at, t11.id AS id 
FROM users AS t11 
WHERE t11.tenant_id = $3 AND t11.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f11_1_0_0 
WHERE f11_1_0_0.tenant_id = $3 AND f11_1_0_0.owner_id = t11.id AND f11_1_0_0.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM opportunities AS f11_1_0_0_0_0 
WHERE f11_1_0_0_0_0.tenant_id = $3 AND f11_1_0_0_0_0.account_id = f11_1_0_0.id AND f11_1_0_0_0_0.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f11_1_0_0_0_0_0 
WHERE f11_1_0_0_0_0_0.tenant_id = $3 AND f11_1_0_0_0_0_0.id = f11_1_0_0_0_0.account_id AND f11_1_0_0_0_0_0.name_sort = $12 AND (f11_1_0_0_0_0_0.archived_at IS NULL OR f11_1_0_0_0_0_0.archived_at IS NOT NULL))))))) AND (SELECT count(*) AS count_3 
FROM accounts AS f11_1_0_1 
WHERE f11_1_0_1.tenant_id = $3 AND f11_1_0_1.owner_id = t11.id AND f11_1_0_1.archived_at IS NULL) < $13 ORDER BY t11.created_at DESC, t11.id DESC 
 LIMIT 101) AS m11 ORDER BY m11.created_at DESC, m11.id DESC 
 LIMIT $14)
 SELECT json_build_object('nodes', n11_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r12)), '[]'::json) AS j 
FROM (SELECT p11.name AS name 
FROM p11 ORDER BY p11.created_at DESC, p11.id DESC) AS r12) AS n11_0) AS "both", (WITH p13 AS 
(SELECT m13.name AS name, m13.created_at AS created_at, m13.id AS id 
FROM (SELECT t13.name AS name, t13.created_at AS created_at, t13.id AS id 
FROM pipelines AS t13 
WHERE t13.tenant_id = $3 AND t13.archived_at IS NULL AND ((EXISTS (SELECT 1 
FROM stages AS f13_1_0_0_0 
WHERE f13_1_0_0_0.tenant_id = $3 AND f13_1_0_0_0.pipeline_id = t13.id AND f13_1_0_0_0.archived_at IS NULL AND f13_1_0_0_0.name_sort = $15)) AND (EXISTS (SELECT 1 
FROM opportunities AS f13_1_0_1_0 
WHERE f13_1_0_1_0.tenant_id = $3 AND f13_1_0_1_0.pipeline_id = t13.id AND f13_1_0_1_0.archived_at IS NULL AND true))) IS NOT true ORDER BY t13.created_at DESC, t13.id DESC 
 LIMIT 101) AS m13 ORDER BY m13.created_at DESC, m13.id DESC 
 LIMIT $16)
 SELECT json_build_object('nodes', n13_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r14)), '[]'::json) AS j 
FROM (SELECT p13.name AS name 
FROM p13 ORDER BY p13.created_at DESC, p13.id DESC) AS r14) AS n13_0) AS not_some) AS r) END AS anon_1

-- sales_rep: 17 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.created_at AS created_at, m1.id AS id 
FROM (SELECT t1.name AS name, t1.created_at AS created_at, t1.id AS id 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.owner_id = $4 AND t1.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM opportunities AS f1_1_0_0 
WHERE f1_1_0_0.tenant_id = $3 AND f1_1_0_0.owner_id = $4 AND f1_1_0_0.account_id = t1.id AND f1_1_0_0.archived_at IS NULL AND f1_1_0_0.name_sort IS DISTINCT FROM $5 AND f1_1_0_0.status = 'OPEN')) ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS "some", (WITH p3 AS 
(SELECT m3.name AS name, m3.created_at AS created_at, m3.id AS id 
FROM (SELECT t3.name AS name, t3.created_at AS created_at, t3.id AS id 
FROM accounts AS t3 
WHERE t3.tenant_id = $3 AND t3.owner_id = $4 AND t3.archived_at IS NULL AND NOT (EXISTS (SELECT 1 
FROM opportunities AS f3_1_0_0 
WHERE f3_1_0_0.tenant_id = $3 AND f3_1_0_0.owner_id = $4 AND f3_1_0_0.account_id = t3.id AND f3_1_0_0.archived_at IS NULL AND true)) ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 101) AS m3 ORDER BY m3.created_at DESC, m3.id DESC 
 LIMIT $7)
 SELECT json_build_object('nodes', n3_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name 
FROM p3 ORDER BY p3.created_at DESC, p3.id DESC) AS r4) AS n3_0) AS none, (WITH p5 AS 
(SELECT m5.name AS name, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.name AS name, t5.created_at AS created_at, t5.id AS id 
FROM accounts AS t5 
WHERE t5.tenant_id = $3 AND t5.owner_id = $4 AND t5.archived_at IS NULL AND NOT (EXISTS (SELECT 1 
FROM opportunities AS f5_1_0_0 
WHERE f5_1_0_0.tenant_id = $3 AND f5_1_0_0.owner_id = $4 AND f5_1_0_0.account_id = t5.id AND f5_1_0_0.archived_at IS NULL AND (f5_1_0_0.status = 'OPEN') IS NOT true)) ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $8)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0) AS every, (WITH p7 AS 
(SELECT m7.name AS name, m7.created_at AS created_at, m7.id AS id 
FROM (SELECT t7.name AS name, t7.created_at AS created_at, t7.id AS id 
FROM accounts AS t7 
WHERE t7.tenant_id = $3 AND t7.owner_id = $4 AND t7.archived_at IS NULL AND (SELECT count(*) AS count_1 
FROM opportunities AS f7_1_0_0 
WHERE f7_1_0_0.tenant_id = $3 AND f7_1_0_0.owner_id = $4 AND f7_1_0_0.account_id = t7.id AND f7_1_0_0.archived_at IS NULL) >= $9 ORDER BY t7.created_at DESC, t7.id DESC 
 LIMIT 101) AS m7 ORDER BY m7.created_at DESC, m7.id DESC 
 LIMIT $10)
 SELECT json_build_object('nodes', n7_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p7.name AS name 
FROM p7 ORDER BY p7.created_at DESC, p7.id DESC) AS r8) AS n7_0) AS count, (WITH p9 AS 
(SELECT m9.name AS name, m9.created_at AS created_at, m9.id AS id 
FROM (SELECT t9.name AS name, t9.created_at AS created_at, t9.id AS id 
FROM accounts AS t9 
WHERE t9.tenant_id = $3 AND t9.owner_id = $4 AND t9.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f9_1_0 
WHERE f9_1_0.tenant_id = $3 AND f9_1_0.owner_id = $4 AND f9_1_0.id = t9.parent_id AND true)) AND (SELECT count(*) AS count_2 
FROM accounts AS f9_1_1_0 
WHERE f9_1_1_0.tenant_id = $3 AND f9_1_1_0.owner_id = $4 AND f9_1_1_0.parent_id = t9.id AND f9_1_1_0.archived_at IS NULL) = ANY ($11) ORDER BY t9.created_at DESC, t9.id DESC 
 LIMIT 101) AS m9 ORDER BY m9.created_at DESC, m9.id DESC 
 LIMIT $12)
 SELECT json_build_object('nodes', n9_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT p9.name AS name 
FROM p9 ORDER BY p9.created_at DESC, p9.id DESC) AS r10) AS n9_0) AS no_children, (WITH p11 AS 
(SELECT m11.name AS name, m11.created_at AS created_at, m11.id AS id 
FROM (SELECT t11.name AS name, t11.created_at AS created_at, t11.id AS id 
FROM users AS t11 
WHERE t11.tenant_id = $3 AND t11.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f11_1_0_0 
WHERE f11_1_0_0.tenant_id = $3 AND f11_1_0_0.owner_id = $4 AND f11_1_0_0.owner_id = t11.id AND f11_1_0_0.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM opportunities AS f11_1_0_0_0_0 
WHERE f11_1_0_0_0_0.tenant_id = $3 AND f11_1_0_0_0_0.owner_id = $4 AND f11_1_0_0_0_0.account_id = f11_1_0_0.id AND f11_1_0_0_0_0.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f11_1_0_0_0_0_0 
WHERE f11_1_0_0_0_0_0.tenant_id = $3 AND f11_1_0_0_0_0_0.owner_id = $4 AND f11_1_0_0_0_0_0.id = f11_1_0_0_0_0.account_id AND f11_1_0_0_0_0_0.name_sort = $13 AND (f11_1_0_0_0_0_0.archived_at IS NULL OR f11_1_0_0_0_0_0.archived_at IS NOT NULL))))))) AND (SELECT count(*) AS count_3 
FROM accounts AS f11_1_0_1 
WHERE f11_1_0_1.tenant_id = $3 AND f11_1_0_1.owner_id = $4 AND f11_1_0_1.owner_id = t11.id AND f11_1_0_1.archived_at IS NULL) < $14 ORDER BY t11.created_at DESC, t11.id DESC 
 LIMIT 101) AS m11 ORDER BY m11.created_at DESC, m11.id DESC 
 LIMIT $15)
 SELECT json_build_object('nodes', n11_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r12)), '[]'::json) AS j 
FROM (SELECT p11.name AS name 
FROM p11 ORDER BY p11.created_at DESC, p11.id DESC) AS r12) AS n11_0) AS "both", (WITH p13 AS 
(SELECT m13.name AS name, m13.created_at AS created_at, m13.id AS id 
FROM (SELECT t13.name AS name, t13.created_at AS created_at, t13.id AS id 
FROM pipelines AS t13 
WHERE t13.tenant_id = $3 AND t13.archived_at IS NULL AND ((EXISTS (SELECT 1 
FROM stages AS f13_1_0_0_0 
WHERE f13_1_0_0_0.tenant_id = $3 AND f13_1_0_0_0.pipeline_id = t13.id AND f13_1_0_0_0.archived_at IS NULL AND f13_1_0_0_0.name_sort = $16)) AND (EXISTS (SELECT 1 
FROM opportunities AS f13_1_0_1_0 
WHERE f13_1_0_1_0.tenant_id = $3 AND f13_1_0_1_0.owner_id = $4 AND f13_1_0_1_0.pipeline_id = t13.id AND f13_1_0_1_0.archived_at IS NULL AND true))) IS NOT true ORDER BY t13.created_at DESC, t13.id DESC 
 LIMIT 101) AS m13 ORDER BY m13.created_at DESC, m13.id DESC 
 LIMIT $17)
 SELECT json_build_object('nodes', n13_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r14)), '[]'::json) AS j 
FROM (SELECT p13.name AS name 
FROM p13 ORDER BY p13.created_at DESC, p13.id DESC) AS r14) AS n13_0) AS not_some) AS r) END AS anon_1
