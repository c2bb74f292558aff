-- admin: 14 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.description AS description, m1.id AS id, m1.name_sort AS name_sort 
FROM (SELECT t1.name AS name, t1.description AS description, t1.id AS id, t1.name_sort AS name_sort 
FROM roles AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND t1.name_sort >= $4 AND t1.name_sort < $5 ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $6)
 SELECT json_build_object('nodes', n1_0.j, 'totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM roles AS c1 
WHERE c1.tenant_id = $3 AND c1.archived_at IS NULL AND c1.name_sort >= $7 AND c1.name_sort < $8 
 LIMIT 10001) AS m1 
 LIMIT $9) AS b1), CAST($10 AS BIGINT)))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.description AS description, x3.j AS rights, x4.j AS "fieldRights", x5.j AS holders 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.object AS object, p3.read AS read, p3.write AS write, p3.create AS "create", p3.delete AS delete, p3.export AS export 
FROM (SELECT t3.object AS object, t3.read AS read, t3.write AS write, t3."create" AS "create", t3.delete AS delete, t3.export AS export 
FROM role_rights AS t3 
WHERE t3.tenant_id = $3 AND t3.role_id = p1.id ORDER BY t3.object 
 LIMIT 250) AS p3 ORDER BY p3.object) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p4.object AS object, p4.field_set AS "fieldSet", p4.access AS access 
FROM (SELECT t4.object AS object, t4.field_set AS field_set, t4.access AS access 
FROM role_field_rights AS t4 
WHERE t4.tenant_id = $3 AND t4.role_id = p1.id ORDER BY t4.object, t4.field_set 
 LIMIT 250) AS p4 ORDER BY p4.object, p4.field_set) AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (WITH p5 AS 
(SELECT m5.name AS name, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.name AS name, t5.created_at AS created_at, t5.id AS id 
FROM users AS t5 
WHERE t5.tenant_id = $3 AND t5.id = ANY (array((SELECT holding.user_id 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.role_id = p1.id))) AND t5.archived_at IS NULL ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $11)
 SELECT json_build_object('nodes', n5_0.j, 'totalCount', json_build_object('value', least((SELECT count(*) AS count_2 
FROM (SELECT m5.one AS one 
FROM (SELECT 1 AS one 
FROM users AS c5 
WHERE c5.tenant_id = $3 AND c5.id = ANY (array((SELECT holding.user_id 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.role_id = p1.id))) AND c5.archived_at IS NULL 
 LIMIT 10001) AS m5 
 LIMIT $12) AS b5), CAST($13 AS BIGINT)))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0) AS x5 ON true ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS roles, (WITH p7 AS 
(SELECT m7.name AS name, m7.id AS id, m7.name_sort AS name_sort 
FROM (SELECT t7.name AS name, t7.id AS id, t7.name_sort AS name_sort 
FROM users AS t7 
WHERE t7.tenant_id = $3 AND t7.archived_at IS NULL ORDER BY t7.name_sort ASC, t7.id ASC 
 LIMIT 101) AS m7 ORDER BY m7.name_sort ASC, m7.id ASC 
 LIMIT $14)
 SELECT json_build_object('nodes', n7_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p7.name AS name, x9.j AS roles 
FROM p7 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r9)), '[]'::json) AS j 
FROM (SELECT p9.name AS name 
FROM (SELECT t9.name AS name, t9.name_sort AS name_sort 
FROM roles AS t9 
WHERE t9.tenant_id = $3 AND t9.id = ANY (array((SELECT holding.role_id 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.user_id = p7.id))) ORDER BY t9.name_sort 
 LIMIT 250) AS p9 ORDER BY p9.name_sort) AS r9) AS x9 ON true ORDER BY p7.name_sort ASC, p7.id ASC) AS r8) AS n7_0) AS users) AS r) END AS anon_1

-- sales_rep: 14 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.description AS description, m1.id AS id, m1.name_sort AS name_sort 
FROM (SELECT t1.name AS name, t1.description AS description, t1.id AS id, t1.name_sort AS name_sort 
FROM roles AS t1 
WHERE t1.tenant_id = $3 AND false AND t1.archived_at IS NULL AND t1.name_sort >= $4 AND t1.name_sort < $5 ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $6)
 SELECT json_build_object('nodes', n1_0.j, 'totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM roles AS c1 
WHERE c1.tenant_id = $3 AND false AND c1.archived_at IS NULL AND c1.name_sort >= $7 AND c1.name_sort < $8 
 LIMIT 10001) AS m1 
 LIMIT $9) AS b1), CAST($10 AS BIGINT)))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.description AS description, x3.j AS rights, x4.j AS "fieldRights", x5.j AS holders 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.object AS object, p3.read AS read, p3.write AS write, p3.create AS "create", p3.delete AS delete, p3.export AS export 
FROM (SELECT t3.object AS object, t3.read AS read, t3.write AS write, t3."create" AS "create", t3.delete AS delete, t3.export AS export 
FROM role_rights AS t3 
WHERE t3.tenant_id = $3 AND t3.role_id = p1.id ORDER BY t3.object 
 LIMIT 250) AS p3 ORDER BY p3.object) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p4.object AS object, p4.field_set AS "fieldSet", p4.access AS access 
FROM (SELECT t4.object AS object, t4.field_set AS field_set, t4.access AS access 
FROM role_field_rights AS t4 
WHERE t4.tenant_id = $3 AND t4.role_id = p1.id ORDER BY t4.object, t4.field_set 
 LIMIT 250) AS p4 ORDER BY p4.object, p4.field_set) AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (WITH p5 AS 
(SELECT m5.name AS name, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.name AS name, t5.created_at AS created_at, t5.id AS id 
FROM users AS t5 
WHERE t5.tenant_id = $3 AND t5.id = ANY (array((SELECT holding.user_id 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.role_id = p1.id))) AND t5.archived_at IS NULL ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $11)
 SELECT json_build_object('nodes', n5_0.j, 'totalCount', json_build_object('value', least((SELECT count(*) AS count_2 
FROM (SELECT m5.one AS one 
FROM (SELECT 1 AS one 
FROM users AS c5 
WHERE c5.tenant_id = $3 AND c5.id = ANY (array((SELECT holding.user_id 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.role_id = p1.id))) AND c5.archived_at IS NULL 
 LIMIT 10001) AS m5 
 LIMIT $12) AS b5), CAST($13 AS BIGINT)))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0) AS x5 ON true ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS roles, (WITH p7 AS 
(SELECT m7.name AS name, m7.id AS id, m7.name_sort AS name_sort 
FROM (SELECT t7.name AS name, t7.id AS id, t7.name_sort AS name_sort 
FROM users AS t7 
WHERE t7.tenant_id = $3 AND t7.archived_at IS NULL ORDER BY t7.name_sort ASC, t7.id ASC 
 LIMIT 101) AS m7 ORDER BY m7.name_sort ASC, m7.id ASC 
 LIMIT $14)
 SELECT json_build_object('nodes', n7_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p7.name AS name, x9.j AS roles 
FROM p7 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r9)), '[]'::json) AS j 
FROM (SELECT p9.name AS name 
FROM (SELECT t9.name AS name, t9.name_sort AS name_sort 
FROM roles AS t9 
WHERE t9.tenant_id = $3 AND false AND t9.id = ANY (array((SELECT holding.role_id 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.user_id = p7.id))) ORDER BY t9.name_sort 
 LIMIT 250) AS p9 ORDER BY p9.name_sort) AS r9) AS x9 ON true ORDER BY p7.name_sort ASC, p7.id ASC) AS r8) AS n7_0) AS users) AS r) END AS anon_1

-- read_only: 14 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.description AS description, m1.id AS id, m1.name_sort AS name_sort 
FROM (SELECT t1.name AS name, t1.description AS description, t1.id AS id, t1.name_sort AS name_sort 
FROM roles AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND t1.name_sort >= $4 AND t1.name_sort < $5 ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $6)
 SELECT json_build_object('nodes', n1_0.j, 'totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM roles AS c1 
WHERE c1.tenant_id = $3 AND c1.archived_at IS NULL AND c1.name_sort >= $7 AND c1.name_sort < $8 
 LIMIT 10001) AS m1 
 LIMIT $9) AS b1), CAST($10 AS BIGINT)))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.description AS description, x3.j AS rights, x4.j AS "fieldRights", x5.j AS holders 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.object AS object, p3.read AS read, p3.write AS write, p3.create AS "create", p3.delete AS delete, p3.export AS export 
FROM (SELECT t3.object AS object, t3.read AS read, t3.write AS write, t3."create" AS "create", t3.delete AS delete, t3.export AS export 
FROM role_rights AS t3 
WHERE t3.tenant_id = $3 AND t3.role_id = p1.id ORDER BY t3.object 
 LIMIT 250) AS p3 ORDER BY p3.object) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p4.object AS object, p4.field_set AS "fieldSet", p4.access AS access 
FROM (SELECT t4.object AS object, t4.field_set AS field_set, t4.access AS access 
FROM role_field_rights AS t4 
WHERE t4.tenant_id = $3 AND t4.role_id = p1.id ORDER BY t4.object, t4.field_set 
 LIMIT 250) AS p4 ORDER BY p4.object, p4.field_set) AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (WITH p5 AS 
(SELECT m5.name AS name, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.name AS name, t5.created_at AS created_at, t5.id AS id 
FROM users AS t5 
WHERE t5.tenant_id = $3 AND t5.id = ANY (array((SELECT holding.user_id 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.role_id = p1.id))) AND t5.archived_at IS NULL ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $11)
 SELECT json_build_object('nodes', n5_0.j, 'totalCount', json_build_object('value', least((SELECT count(*) AS count_2 
FROM (SELECT m5.one AS one 
FROM (SELECT 1 AS one 
FROM users AS c5 
WHERE c5.tenant_id = $3 AND c5.id = ANY (array((SELECT holding.user_id 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.role_id = p1.id))) AND c5.archived_at IS NULL 
 LIMIT 10001) AS m5 
 LIMIT $12) AS b5), CAST($13 AS BIGINT)))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0) AS x5 ON true ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS roles, (WITH p7 AS 
(SELECT m7.name AS name, m7.id AS id, m7.name_sort AS name_sort 
FROM (SELECT t7.name AS name, t7.id AS id, t7.name_sort AS name_sort 
FROM users AS t7 
WHERE t7.tenant_id = $3 AND t7.archived_at IS NULL ORDER BY t7.name_sort ASC, t7.id ASC 
 LIMIT 101) AS m7 ORDER BY m7.name_sort ASC, m7.id ASC 
 LIMIT $14)
 SELECT json_build_object('nodes', n7_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p7.name AS name, x9.j AS roles 
FROM p7 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r9)), '[]'::json) AS j 
FROM (SELECT p9.name AS name 
FROM (SELECT t9.name AS name, t9.name_sort AS name_sort 
FROM roles AS t9 
WHERE t9.tenant_id = $3 AND t9.id = ANY (array((SELECT holding.role_id 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.user_id = p7.id))) ORDER BY t9.name_sort 
 LIMIT 250) AS p9 ORDER BY p9.name_sort) AS r9) AS x9 ON true ORDER BY p7.name_sort ASC, p7.id ASC) AS r8) AS n7_0) AS users) AS r) END AS anon_1
