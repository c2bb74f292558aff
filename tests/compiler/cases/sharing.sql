-- admin: 11 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.description AS description, m1.id AS id, m1.created_at AS created_at 
FROM (SELECT t1.name AS name, t1.description AS description, t1.id AS id, t1.created_at AS created_at 
FROM field_profiles AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND t1.name_sort >= $4 AND t1.name_sort < $5 ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.description AS description, x3.j AS sets, x4.j AS shares 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.object AS object, p3.field_set AS "fieldSet" 
FROM (SELECT t3.object AS object, t3.field_set AS field_set 
FROM field_profile_sets AS t3 
WHERE t3.tenant_id = $3 AND t3.profile_id = p1.id ORDER BY t3.object, t3.field_set 
 LIMIT 250) AS p3 ORDER BY p3.object, p3.field_set) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT 1 AS one 
FROM record_shares AS c4 
WHERE c4.tenant_id = $3 AND c4.field_profile_id = p1.id AND c4.archived_at IS NULL 
 LIMIT $7) AS b4), CAST($8 AS BIGINT)))) AS j) AS x4 ON true ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS "fieldProfiles", (WITH p5 AS 
(SELECT m5.object_type AS object_type, m5.level AS level, m5.expires_at AS expires_at, m5.revoked_at AS revoked_at, m5.object_id AS object_id, m5.account_id AS account_id, m5.contact_id AS contact_id, m5.field_profile_id__name AS field_profile_id__name, m5.field_profile_id__id AS field_profile_id__id, m5.field_profile_id__name_sort AS field_profile_id__name_sort, m5.id AS id 
FROM (SELECT t5.object_type AS object_type, t5.level AS level, t5.expires_at AS expires_at, t5.revoked_at AS revoked_at, t5.object_id AS object_id, t5.account_id AS account_id, t5.contact_id AS contact_id, s5_0.name AS field_profile_id__name, s5_0.id AS field_profile_id__id, s5_0.name_sort AS field_profile_id__name_sort, t5.id AS id 
FROM record_shares AS t5 LEFT OUTER JOIN field_profiles AS s5_0 ON s5_0.tenant_id = $3 AND s5_0.id = t5.field_profile_id 
WHERE t5.tenant_id = $3 AND t5.archived_at IS NULL ORDER BY s5_0.name_sort ASC NULLS LAST, t5.expires_at ASC NULLS LAST, t5.id ASC 
 LIMIT 101) AS m5 ORDER BY m5.field_profile_id__name_sort ASC NULLS LAST, m5.expires_at ASC NULLS LAST, m5.id ASC 
 LIMIT $9)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.object_type AS "objectType", p5.level AS level, rtrim(rtrim(to_char(timezone('UTC', p5.expires_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "expiresAt", rtrim(rtrim(to_char(timezone('UTC', p5.revoked_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "revokedAt", coalesce(x7.j, x8.j, x9.j, x10.j, x11.j, x12.j, x13.j, x14.j, x15.j, x16.j, x17.j, x18.j, x19.j) AS record, x20.j AS account, x22.j AS contact, CASE WHEN (p5.field_profile_id__id IS NULL) THEN NULL::json ELSE json_build_object('name', p5.field_profile_id__name) END AS "fieldProfile" 
FROM p5 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT 'Account' AS __typename, 'acc_' || encode(uuid_send(t7.id), 'hex') AS id 
FROM accounts AS t7 
WHERE t7.tenant_id = $3 AND t7.id = p5.object_id AND p5.object_type = 'account') AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT 'Contact' AS __typename, 'con_' || encode(uuid_send(t8.id), 'hex') AS id 
FROM contacts AS t8 
WHERE t8.tenant_id = $3 AND t8.id = p5.object_id AND p5.object_type = 'contact') AS r8) AS x8 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT 'FieldProfile' AS __typename, 'fpr_' || encode(uuid_send(t9.id), 'hex') AS id 
FROM field_profiles AS t9 
WHERE t9.tenant_id = $3 AND t9.id = p5.object_id AND p5.object_type = 'field_profile') AS r9) AS x9 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT 'Opportunity' AS __typename, 'opp_' || encode(uuid_send(t10.id), 'hex') AS id 
FROM opportunities AS t10 
WHERE t10.tenant_id = $3 AND t10.id = p5.object_id AND p5.object_type = 'opportunity') AS r10) AS x10 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r11) AS j 
FROM (SELECT 'Pipeline' AS __typename, 'pip_' || encode(uuid_send(t11.id), 'hex') AS id 
FROM pipelines AS t11 
WHERE t11.tenant_id = $3 AND t11.id = p5.object_id AND p5.object_type = 'pipeline') AS r11) AS x11 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT 'Product' AS __typename, 'prd_' || encode(uuid_send(t12.id), 'hex') AS id 
FROM products AS t12 
WHERE t12.tenant_id = $3 AND t12.id = p5.object_id AND p5.object_type = 'product') AS r12) AS x12 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT 'RecordShare' AS __typename, 'shr_' || encode(uuid_send(t13.id), 'hex') AS id 
FROM record_shares AS t13 
WHERE t13.tenant_id = $3 AND t13.id = p5.object_id AND p5.object_type = 'record_share') AS r13) AS x13 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r14) AS j 
FROM (SELECT 'Role' AS __typename, 'rol_' || encode(uuid_send(t14.id), 'hex') AS id 
FROM roles AS t14 
WHERE t14.tenant_id = $3 AND t14.id = p5.object_id AND p5.object_type = 'role') AS r14) AS x14 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r15) AS j 
FROM (SELECT 'Stage' AS __typename, 'stg_' || encode(uuid_send(t15.id), 'hex') AS id 
FROM stages AS t15 
WHERE t15.tenant_id = $3 AND t15.id = p5.object_id AND p5.object_type = 'stage') AS r15) AS x15 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT 'Team' AS __typename, 'tea_' || encode(uuid_send(t16.id), 'hex') AS id 
FROM teams AS t16 
WHERE t16.tenant_id = $3 AND t16.id = p5.object_id AND p5.object_type = 'team') AS r16) AS x16 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r17) AS j 
FROM (SELECT 'Token' AS __typename, 'tok_' || encode(uuid_send(t17.id), 'hex') AS id 
FROM tokens AS t17 
WHERE t17.tenant_id = $3 AND t17.id = p5.object_id AND p5.object_type = 'token') AS r17) AS x17 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r18) AS j 
FROM (SELECT 'User' AS __typename, 'usr_' || encode(uuid_send(t18.id), 'hex') AS id 
FROM users AS t18 
WHERE t18.tenant_id = $3 AND t18.id = p5.object_id AND p5.object_type = 'user') AS r18) AS x18 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r19) AS j 
FROM (SELECT 'WebhookEndpoint' AS __typename, 'whk_' || encode(uuid_send(t19.id), 'hex') AS id 
FROM webhook_endpoints AS t19 
WHERE t19.tenant_id = $3 AND t19.id = p5.object_id AND p5.object_type = 'webhook_endpoint') AS r19) AS x19 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r20) AS j 
FROM (SELECT t20.name AS name, x21.j AS shares 
FROM accounts AS t20 LEFT OUTER JOIN LATERAL (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_2 
FROM (SELECT 1 AS one 
FROM record_shares AS c21 
WHERE c21.tenant_id = $3 AND c21.account_id = t20.id AND c21.archived_at IS NULL AND c21.revoked_at IS NULL 
 LIMIT $10) AS b21), CAST($11 AS BIGINT)))) AS j) AS x21 ON true 
WHERE t20.tenant_id = $3 AND t20.id = p5.account_id) AS r20) AS x20 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r22) AS j 
FROM (SELECT t22.name AS name 
FROM contacts AS t22 
WHERE t22.tenant_id = $3 AND t22.id = p5.contact_id) AS r22) AS x22 ON true ORDER BY p5.field_profile_id__name_sort ASC NULLS LAST, p5.expires_at ASC NULLS LAST, p5.id ASC) AS r6) AS n5_0) AS "recordShares") AS r) END AS anon_1

-- sales_rep: 12 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.description AS description, m1.id AS id, m1.created_at AS created_at 
FROM (SELECT t1.name AS name, t1.description AS description, t1.id AS id, t1.created_at AS created_at 
FROM field_profiles AS t1 
WHERE t1.tenant_id = $3 AND false AND t1.archived_at IS NULL AND t1.name_sort >= $4 AND t1.name_sort < $5 ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.description AS description, x3.j AS sets, x4.j AS shares 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.object AS object, p3.field_set AS "fieldSet" 
FROM (SELECT t3.object AS object, t3.field_set AS field_set 
FROM field_profile_sets AS t3 
WHERE t3.tenant_id = $3 AND t3.profile_id = p1.id ORDER BY t3.object, t3.field_set 
 LIMIT 250) AS p3 ORDER BY p3.object, p3.field_set) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT 1 AS one 
FROM record_shares AS c4 
WHERE c4.tenant_id = $3 AND false AND c4.field_profile_id = p1.id AND c4.archived_at IS NULL 
 LIMIT $7) AS b4), CAST($8 AS BIGINT)))) AS j) AS x4 ON true ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS "fieldProfiles", (WITH p5 AS 
(SELECT m5.object_type AS object_type, m5.level AS level, m5.expires_at AS expires_at, m5.revoked_at AS revoked_at, m5.object_id AS object_id, m5.account_id AS account_id, m5.contact_id AS contact_id, m5.field_profile_id__name AS field_profile_id__name, m5.field_profile_id__id AS field_profile_id__id, m5.field_profile_id__name_sort AS field_profile_id__name_sort, m5.id AS id 
FROM (SELECT t5.object_type AS object_type, t5.level AS level, t5.expires_at AS expires_at, t5.revoked_at AS revoked_at, t5.object_id AS object_id, t5.account_id AS account_id, t5.contact_id AS contact_id, s5_0.name AS field_profile_id__name, s5_0.id AS field_profile_id__id, s5_0.name_sort AS field_profile_id__name_sort, t5.id AS id 
FROM record_shares AS t5 LEFT OUTER JOIN field_profiles AS s5_0 ON s5_0.tenant_id = $3 AND false AND s5_0.id = t5.field_profile_id 
WHERE t5.tenant_id = $3 AND false AND t5.archived_at IS NULL ORDER BY s5_0.name_sort ASC NULLS LAST, t5.expires_at ASC NULLS LAST, t5.id ASC 
 LIMIT 101) AS m5 ORDER BY m5.field_profile_id__name_sort ASC NULLS LAST, m5.expires_at ASC NULLS LAST, m5.id ASC 
 LIMIT $9)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.object_type AS "objectType", p5.level AS level, rtrim(rtrim(to_char(timezone('UTC', p5.expires_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "expiresAt", rtrim(rtrim(to_char(timezone('UTC', p5.revoked_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "revokedAt", coalesce(x7.j, x8.j, x9.j, x10.j, x11.j, x12.j, x13.j, x14.j, x15.j, x16.j, x17.j, x18.j, x19.j) AS record, x20.j AS account, x22.j AS contact, CASE WHEN (p5.field_profile_id__id IS NULL) THEN NULL::json ELSE json_build_object('name', p5.field_profile_id__name) END AS "fieldProfile" 
FROM p5 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT 'Account' AS __typename, 'acc_' || encode(uuid_send(t7.id), 'hex') AS id 
FROM accounts AS t7 
WHERE t7.tenant_id = $3 AND t7.owner_id = $10 AND t7.id = p5.object_id AND p5.object_type = 'account') AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT 'Contact' AS __typename, 'con_' || encode(uuid_send(t8.id), 'hex') AS id 
FROM contacts AS t8 
WHERE t8.tenant_id = $3 AND t8.owner_id = $10 AND t8.id = p5.object_id AND p5.object_type = 'contact') AS r8) AS x8 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT 'FieldProfile' AS __typename, 'fpr_' || encode(uuid_send(t9.id), 'hex') AS id 
FROM field_profiles AS t9 
WHERE t9.tenant_id = $3 AND false AND t9.id = p5.object_id AND p5.object_type = 'field_profile') AS r9) AS x9 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT 'Opportunity' AS __typename, 'opp_' || encode(uuid_send(t10.id), 'hex') AS id 
FROM opportunities AS t10 
WHERE t10.tenant_id = $3 AND t10.owner_id = $10 AND t10.id = p5.object_id AND p5.object_type = 'opportunity') AS r10) AS x10 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r11) AS j 
FROM (SELECT 'Pipeline' AS __typename, 'pip_' || encode(uuid_send(t11.id), 'hex') AS id 
FROM pipelines AS t11 
WHERE t11.tenant_id = $3 AND t11.id = p5.object_id AND p5.object_type = 'pipeline') AS r11) AS x11 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT 'Product' AS __typename, 'prd_' || encode(uuid_send(t12.id), 'hex') AS id 
FROM products AS t12 
WHERE t12.tenant_id = $3 AND t12.id = p5.object_id AND p5.object_type = 'product') AS r12) AS x12 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT 'RecordShare' AS __typename, 'shr_' || encode(uuid_send(t13.id), 'hex') AS id 
FROM record_shares AS t13 
WHERE t13.tenant_id = $3 AND false AND t13.id = p5.object_id AND p5.object_type = 'record_share') AS r13) AS x13 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r14) AS j 
FROM (SELECT 'Role' AS __typename, 'rol_' || encode(uuid_send(t14.id), 'hex') AS id 
FROM roles AS t14 
WHERE t14.tenant_id = $3 AND false AND t14.id = p5.object_id AND p5.object_type = 'role') AS r14) AS x14 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r15) AS j 
FROM (SELECT 'Stage' AS __typename, 'stg_' || encode(uuid_send(t15.id), 'hex') AS id 
FROM stages AS t15 
WHERE t15.tenant_id = $3 AND t15.id = p5.object_id AND p5.object_type = 'stage') AS r15) AS x15 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT 'Team' AS __typename, 'tea_' || encode(uuid_send(t16.id), 'hex') AS id 
FROM teams AS t16 
WHERE t16.tenant_id = $3 AND t16.id = p5.object_id AND p5.object_type = 'team') AS r16) AS x16 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r17) AS j 
FROM (SELECT 'Token' AS __typename, 'tok_' || encode(uuid_send(t17.id), 'hex') AS id 
FROM tokens AS t17 
WHERE t17.tenant_id = $3 AND false AND t17.id = p5.object_id AND p5.object_type = 'token') AS r17) AS x17 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r18) AS j 
FROM (SELECT 'User' AS __typename, 'usr_' || encode(uuid_send(t18.id), 'hex') AS id 
FROM users AS t18 
WHERE t18.tenant_id = $3 AND t18.id = p5.object_id AND p5.object_type = 'user') AS r18) AS x18 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r19) AS j 
FROM (SELECT 'WebhookEndpoint' AS __typename, 'whk_' || encode(uuid_send(t19.id), 'hex') AS id 
FROM webhook_endpoints AS t19 
WHERE t19.tenant_id = $3 AND false AND t19.id = p5.object_id AND p5.object_type = 'webhook_endpoint') AS r19) AS x19 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r20) AS j 
FROM (SELECT t20.name AS name, x21.j AS shares 
FROM accounts AS t20 LEFT OUTER JOIN LATERAL (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_2 
FROM (SELECT 1 AS one 
FROM record_shares AS c21 
WHERE c21.tenant_id = $3 AND false AND c21.account_id = t20.id AND c21.archived_at IS NULL AND c21.revoked_at IS NULL 
 LIMIT $11) AS b21), CAST($12 AS BIGINT)))) AS j) AS x21 ON true 
WHERE t20.tenant_id = $3 AND t20.owner_id = $10 AND t20.id = p5.account_id) AS r20) AS x20 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r22) AS j 
FROM (SELECT t22.name AS name 
FROM contacts AS t22 
WHERE t22.tenant_id = $3 AND t22.owner_id = $10 AND t22.id = p5.contact_id) AS r22) AS x22 ON true ORDER BY p5.field_profile_id__name_sort ASC NULLS LAST, p5.expires_at ASC NULLS LAST, p5.id ASC) AS r6) AS n5_0) AS "recordShares") AS r) END AS anon_1
