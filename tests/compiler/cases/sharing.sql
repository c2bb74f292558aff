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
FROM (SELECT m4.one AS one 
FROM (SELECT 1 AS one 
FROM record_shares AS c4 
WHERE c4.tenant_id = $3 AND c4.field_profile_id = p1.id AND c4.archived_at IS NULL 
 LIMIT 10001) AS m4 
 LIMIT $7) AS b4), CAST($8 AS BIGINT)))) AS j) AS x4 ON true ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS "fieldProfiles", (WITH p5 AS 
(SELECT m5.object_type AS object_type, m5.level AS level, m5.expires_at AS expires_at, m5.revoked_at AS revoked_at, m5.object_id AS object_id, m5.account_id AS account_id, m5.contact_id AS contact_id, m5.field_profile_id__name AS field_profile_id__name, m5.field_profile_id__id AS field_profile_id__id, m5.field_profile_id__name_sort AS field_profile_id__name_sort, m5.id AS id 
FROM (SELECT t5.object_type AS object_type, t5.level AS level, t5.expires_at AS expires_at, t5.revoked_at AS revoked_at, t5.object_id AS object_id, t5.account_id AS account_id, t5.contact_id AS contact_id, s5_0.name AS field_profile_id__name, s5_0.id AS field_profile_id__id, s5_0.name_sort AS field_profile_id__name_sort, t5.id AS id 
FROM record_shares AS t5 LEFT OUTER JOIN field_profiles AS s5_0 ON s5_0.tenant_id = $3 AND s5_0.id = t5.field_profile_id 
WHERE t5.tenant_id = $3 AND t5.archived_at IS NULL ORDER BY s5_0.name_sort ASC NULLS LAST, t5.expires_at ASC NULLS LAST, t5.id ASC 
 LIMIT 101) AS m5 ORDER BY m5.field_profile_id__name_sort ASC NULLS LAST, m5.expires_at ASC NULLS LAST, m5.id ASC 
 LIMIT $9)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.object_type AS "objectType", p5.level AS level, rtrim(rtrim(to_char(timezone('UTC', p5.expires_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "expiresAt", rtrim(rtrim(to_char(timezone('UTC', p5.revoked_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "revokedAt", coalesce(x7.j, x8.j, x9.j, x10.j, x11.j, x12.j, x13.j, x14.j, x15.j, x16.j, x17.j, x18.j, x19.j, x20.j, x21.j, x22.j, x23.j, x24.j, x25.j, x26.j, x27.j, x28.j, x29.j, x30.j, x31.j, x32.j, x33.j, x34.j, x35.j, x36.j, x37.j, x38.j, x39.j, x40.j, x41.j, x42.j, x43.j, x44.j, x45.j, x46.j) AS record, x47.j AS account, x49.j AS contact, CASE WHEN (p5.field_profile_id__id IS NULL) THEN NULL::json ELSE json_build_object('name', p5.field_profile_id__name) END AS "fieldProfile" 
FROM p5 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT 'Account' AS __typename, 'acc_' || encode(uuid_send(t7.id), 'hex') AS id 
FROM accounts AS t7 
WHERE t7.tenant_id = $3 AND t7.id = p5.object_id AND p5.object_type = 'account') AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT 'BusinessHours' AS __typename, 'bhr_' || encode(uuid_send(t8.id), 'hex') AS id 
FROM business_hours AS t8 
WHERE t8.tenant_id = $3 AND t8.id = p5.object_id AND p5.object_type = 'business_hours') AS r8) AS x8 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT 'Case' AS __typename, 'cas_' || encode(uuid_send(t9.id), 'hex') AS id 
FROM cases AS t9 
WHERE t9.tenant_id = $3 AND t9.id = p5.object_id AND p5.object_type = 'case') AS r9) AS x9 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT 'Certification' AS __typename, 'cer_' || encode(uuid_send(t10.id), 'hex') AS id 
FROM certifications AS t10 
WHERE t10.tenant_id = $3 AND t10.id = p5.object_id AND p5.object_type = 'certification') AS r10) AS x10 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r11) AS j 
FROM (SELECT 'CommissionPlan' AS __typename, 'cpl_' || encode(uuid_send(t11.id), 'hex') AS id 
FROM commission_plans AS t11 
WHERE t11.tenant_id = $3 AND t11.id = p5.object_id AND p5.object_type = 'commission_plan') AS r11) AS x11 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT 'Contact' AS __typename, 'con_' || encode(uuid_send(t12.id), 'hex') AS id 
FROM contacts AS t12 
WHERE t12.tenant_id = $3 AND t12.id = p5.object_id AND p5.object_type = 'contact') AS r12) AS x12 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT 'DealRegistration' AS __typename, 'dlr_' || encode(uuid_send(t13.id), 'hex') AS id 
FROM deal_registrations AS t13 
WHERE t13.tenant_id = $3 AND t13.id = p5.object_id AND p5.object_type = 'deal_registration') AS r13) AS x13 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r14) AS j 
FROM (SELECT 'Entitlement' AS __typename, 'ent_' || encode(uuid_send(t14.id), 'hex') AS id 
FROM entitlements AS t14 
WHERE t14.tenant_id = $3 AND t14.id = p5.object_id AND p5.object_type = 'entitlement') AS r14) AS x14 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r15) AS j 
FROM (SELECT 'EscalationRule' AS __typename, 'esr_' || encode(uuid_send(t15.id), 'hex') AS id 
FROM escalation_rules AS t15 
WHERE t15.tenant_id = $3 AND t15.id = p5.object_id AND p5.object_type = 'escalation_rule') AS r15) AS x15 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT 'FieldProfile' AS __typename, 'fpr_' || encode(uuid_send(t16.id), 'hex') AS id 
FROM field_profiles AS t16 
WHERE t16.tenant_id = $3 AND t16.id = p5.object_id AND p5.object_type = 'field_profile') AS r16) AS x16 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r17) AS j 
FROM (SELECT 'HolidayCalendar' AS __typename, 'hol_' || encode(uuid_send(t17.id), 'hex') AS id 
FROM holiday_calendars AS t17 
WHERE t17.tenant_id = $3 AND t17.id = p5.object_id AND p5.object_type = 'holiday_calendar') AS r17) AS x17 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r18) AS j 
FROM (SELECT 'KnowledgeArticle' AS __typename, 'kba_' || encode(uuid_send(t18.id), 'hex') AS id 
FROM knowledge_articles AS t18 
WHERE t18.tenant_id = $3 AND t18.id = p5.object_id AND p5.object_type = 'knowledge_article') AS r18) AS x18 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r19) AS j 
FROM (SELECT 'Lead' AS __typename, 'lea_' || encode(uuid_send(t19.id), 'hex') AS id 
FROM leads AS t19 
WHERE t19.tenant_id = $3 AND t19.id = p5.object_id AND p5.object_type = 'lead') AS r19) AS x19 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r20) AS j 
FROM (SELECT 'Opportunity' AS __typename, 'opp_' || encode(uuid_send(t20.id), 'hex') AS id 
FROM opportunities AS t20 
WHERE t20.tenant_id = $3 AND t20.id = p5.object_id AND p5.object_type = 'opportunity') AS r20) AS x20 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r21) AS j 
FROM (SELECT 'PartnerCertification' AS __typename, 'pce_' || encode(uuid_send(t21.id), 'hex') AS id 
FROM partner_certifications AS t21 
WHERE t21.tenant_id = $3 AND t21.id = p5.object_id AND p5.object_type = 'partner_certification') AS r21) AS x21 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r22) AS j 
FROM (SELECT 'PartnerCommission' AS __typename, 'pco_' || encode(uuid_send(t22.id), 'hex') AS id 
FROM partner_commissions AS t22 
WHERE t22.tenant_id = $3 AND t22.id = p5.object_id AND p5.object_type = 'partner_commission') AS r22) AS x22 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r23) AS j 
FROM (SELECT 'PartnerCommissionEntry' AS __typename, 'pcn_' || encode(uuid_send(t23.id), 'hex') AS id 
FROM partner_commission_entries AS t23 
WHERE t23.tenant_id = $3 AND t23.id = p5.object_id AND p5.object_type = 'partner_commission_entry') AS r23) AS x23 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r24) AS j 
FROM (SELECT 'PartnerCommissionStatement' AS __typename, 'pcs_' || encode(uuid_send(t24.id), 'hex') AS id 
FROM partner_commission_statements AS t24 
WHERE t24.tenant_id = $3 AND t24.id = p5.object_id AND p5.object_type = 'partner_commission_statement') AS r24) AS x24 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r25) AS j 
FROM (SELECT 'PartnerFundAllocation' AS __typename, 'mda_' || encode(uuid_send(t25.id), 'hex') AS id 
FROM partner_fund_allocations AS t25 
WHERE t25.tenant_id = $3 AND t25.id = p5.object_id AND p5.object_type = 'partner_fund_allocation') AS r25) AS x25 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r26) AS j 
FROM (SELECT 'PartnerFundClaim' AS __typename, 'mdc_' || encode(uuid_send(t26.id), 'hex') AS id 
FROM partner_fund_claims AS t26 
WHERE t26.tenant_id = $3 AND t26.id = p5.object_id AND p5.object_type = 'partner_fund_claim') AS r26) AS x26 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r27) AS j 
FROM (SELECT 'PartnerFundRequest' AS __typename, 'mdf_' || encode(uuid_send(t27.id), 'hex') AS id 
FROM partner_fund_requests AS t27 
WHERE t27.tenant_id = $3 AND t27.id = p5.object_id AND p5.object_type = 'partner_fund_request') AS r27) AS x27 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r28) AS j 
FROM (SELECT 'PartnerLeadOffer' AS __typename, 'plo_' || encode(uuid_send(t28.id), 'hex') AS id 
FROM partner_lead_offers AS t28 
WHERE t28.tenant_id = $3 AND t28.id = p5.object_id AND p5.object_type = 'partner_lead_offer') AS r28) AS x28 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r29) AS j 
FROM (SELECT 'PartnerLeadProfile' AS __typename, 'plp_' || encode(uuid_send(t29.id), 'hex') AS id 
FROM partner_lead_profiles AS t29 
WHERE t29.tenant_id = $3 AND t29.id = p5.object_id AND p5.object_type = 'partner_lead_profile') AS r29) AS x29 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r30) AS j 
FROM (SELECT 'PartnerMarketingBudget' AS __typename, 'mdb_' || encode(uuid_send(t30.id), 'hex') AS id 
FROM partner_marketing_budgets AS t30 
WHERE t30.tenant_id = $3 AND t30.id = p5.object_id AND p5.object_type = 'partner_marketing_budget') AS r30) AS x30 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r31) AS j 
FROM (SELECT 'PartnerMembership' AS __typename, 'pmb_' || encode(uuid_send(t31.id), 'hex') AS id 
FROM partner_memberships AS t31 
WHERE t31.tenant_id = $3 AND t31.id = p5.object_id AND p5.object_type = 'partner_membership') AS r31) AS x31 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r32) AS j 
FROM (SELECT 'PartnerProgram' AS __typename, 'prg_' || encode(uuid_send(t32.id), 'hex') AS id 
FROM partner_programs AS t32 
WHERE t32.tenant_id = $3 AND t32.id = p5.object_id AND p5.object_type = 'partner_program') AS r32) AS x32 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r33) AS j 
FROM (SELECT 'PartnerTier' AS __typename, 'pti_' || encode(uuid_send(t33.id), 'hex') AS id 
FROM partner_tiers AS t33 
WHERE t33.tenant_id = $3 AND t33.id = p5.object_id AND p5.object_type = 'partner_tier') AS r33) AS x33 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r34) AS j 
FROM (SELECT 'PartnerUser' AS __typename, 'pus_' || encode(uuid_send(t34.id), 'hex') AS id 
FROM partner_users AS t34 
WHERE t34.tenant_id = $3 AND t34.id = p5.object_id AND p5.object_type = 'partner_user') AS r34) AS x34 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r35) AS j 
FROM (SELECT 'Pipeline' AS __typename, 'pip_' || encode(uuid_send(t35.id), 'hex') AS id 
FROM pipelines AS t35 
WHERE t35.tenant_id = $3 AND t35.id = p5.object_id AND p5.object_type = 'pipeline') AS r35) AS x35 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r36) AS j 
FROM (SELECT 'Product' AS __typename, 'prd_' || encode(uuid_send(t36.id), 'hex') AS id 
FROM products AS t36 
WHERE t36.tenant_id = $3 AND t36.id = p5.object_id AND p5.object_type = 'product') AS r36) AS x36 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r37) AS j 
FROM (SELECT 'Queue' AS __typename, 'que_' || encode(uuid_send(t37.id), 'hex') AS id 
FROM queues AS t37 
WHERE t37.tenant_id = $3 AND t37.id = p5.object_id AND p5.object_type = 'queue') AS r37) AS x37 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r38) AS j 
FROM (SELECT 'RecordShare' AS __typename, 'shr_' || encode(uuid_send(t38.id), 'hex') AS id 
FROM record_shares AS t38 
WHERE t38.tenant_id = $3 AND t38.id = p5.object_id AND p5.object_type = 'record_share') AS r38) AS x38 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r39) AS j 
FROM (SELECT 'Role' AS __typename, 'rol_' || encode(uuid_send(t39.id), 'hex') AS id 
FROM roles AS t39 
WHERE t39.tenant_id = $3 AND t39.id = p5.object_id AND p5.object_type = 'role') AS r39) AS x39 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r40) AS j 
FROM (SELECT 'SatisfactionRequest' AS __typename, 'sat_' || encode(uuid_send(t40.id), 'hex') AS id 
FROM satisfaction_requests AS t40 
WHERE t40.tenant_id = $3 AND t40.id = p5.object_id AND p5.object_type = 'satisfaction_request') AS r40) AS x40 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r41) AS j 
FROM (SELECT 'SlaPolicy' AS __typename, 'sla_' || encode(uuid_send(t41.id), 'hex') AS id 
FROM sla_policies AS t41 
WHERE t41.tenant_id = $3 AND t41.id = p5.object_id AND p5.object_type = 'sla_policy') AS r41) AS x41 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r42) AS j 
FROM (SELECT 'Stage' AS __typename, 'stg_' || encode(uuid_send(t42.id), 'hex') AS id 
FROM stages AS t42 
WHERE t42.tenant_id = $3 AND t42.id = p5.object_id AND p5.object_type = 'stage') AS r42) AS x42 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r43) AS j 
FROM (SELECT 'Team' AS __typename, 'tea_' || encode(uuid_send(t43.id), 'hex') AS id 
FROM teams AS t43 
WHERE t43.tenant_id = $3 AND t43.id = p5.object_id AND p5.object_type = 'team') AS r43) AS x43 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r44) AS j 
FROM (SELECT 'Token' AS __typename, 'tok_' || encode(uuid_send(t44.id), 'hex') AS id 
FROM tokens AS t44 
WHERE t44.tenant_id = $3 AND t44.id = p5.object_id AND p5.object_type = 'token') AS r44) AS x44 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r45) AS j 
FROM (SELECT 'User' AS __typename, 'usr_' || encode(uuid_send(t45.id), 'hex') AS id 
FROM users AS t45 
WHERE t45.tenant_id = $3 AND t45.id = p5.object_id AND p5.object_type = 'user') AS r45) AS x45 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r46) AS j 
FROM (SELECT 'WebhookEndpoint' AS __typename, 'whk_' || encode(uuid_send(t46.id), 'hex') AS id 
FROM webhook_endpoints AS t46 
WHERE t46.tenant_id = $3 AND t46.id = p5.object_id AND p5.object_type = 'webhook_endpoint') AS r46) AS x46 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r47) AS j 
FROM (SELECT t47.name AS name, x48.j AS shares 
FROM accounts AS t47 LEFT OUTER JOIN LATERAL (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_2 
FROM (SELECT m48.one AS one 
FROM (SELECT 1 AS one 
FROM record_shares AS c48 
WHERE c48.tenant_id = $3 AND c48.account_id = t47.id AND c48.archived_at IS NULL AND c48.revoked_at IS NULL 
 LIMIT 10001) AS m48 
 LIMIT $10) AS b48), CAST($11 AS BIGINT)))) AS j) AS x48 ON true 
WHERE t47.tenant_id = $3 AND t47.id = p5.account_id) AS r47) AS x47 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r49) AS j 
FROM (SELECT t49.name AS name 
FROM contacts AS t49 
WHERE t49.tenant_id = $3 AND t49.id = p5.contact_id) AS r49) AS x49 ON true ORDER BY p5.field_profile_id__name_sort ASC NULLS LAST, p5.expires_at ASC NULLS LAST, p5.id ASC) AS r6) AS n5_0) AS "recordShares") AS r) END AS anon_1

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
FROM (SELECT m4.one AS one 
FROM (SELECT 1 AS one 
FROM record_shares AS c4 
WHERE c4.tenant_id = $3 AND false AND c4.field_profile_id = p1.id AND c4.archived_at IS NULL 
 LIMIT 10001) AS m4 
 LIMIT $7) AS b4), CAST($8 AS BIGINT)))) AS j) AS x4 ON true ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS "fieldProfiles", (WITH p5 AS 
(SELECT m5.object_type AS object_type, m5.level AS level, m5.expires_at AS expires_at, m5.revoked_at AS revoked_at, m5.object_id AS object_id, m5.account_id AS account_id, m5.contact_id AS contact_id, m5.field_profile_id__name AS field_profile_id__name, m5.field_profile_id__id AS field_profile_id__id, m5.field_profile_id__name_sort AS field_profile_id__name_sort, m5.id AS id 
FROM (SELECT t5.object_type AS object_type, t5.level AS level, t5.expires_at AS expires_at, t5.revoked_at AS revoked_at, t5.object_id AS object_id, t5.account_id AS account_id, t5.contact_id AS contact_id, s5_0.name AS field_profile_id__name, s5_0.id AS field_profile_id__id, s5_0.name_sort AS field_profile_id__name_sort, t5.id AS id 
FROM record_shares AS t5 LEFT OUTER JOIN field_profiles AS s5_0 ON s5_0.tenant_id = $3 AND false AND s5_0.id = t5.field_profile_id 
WHERE t5.tenant_id = $3 AND false AND t5.archived_at IS NULL ORDER BY s5_0.name_sort ASC NULLS LAST, t5.expires_at ASC NULLS LAST, t5.id ASC 
 LIMIT 101) AS m5 ORDER BY m5.field_profile_id__name_sort ASC NULLS LAST, m5.expires_at ASC NULLS LAST, m5.id ASC 
 LIMIT $9)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.object_type AS "objectType", p5.level AS level, rtrim(rtrim(to_char(timezone('UTC', p5.expires_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "expiresAt", rtrim(rtrim(to_char(timezone('UTC', p5.revoked_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "revokedAt", coalesce(x7.j, x8.j, x9.j, x10.j, x11.j, x12.j, x13.j, x14.j, x15.j, x16.j, x17.j, x18.j, x19.j, x20.j, x21.j, x22.j, x23.j, x24.j, x25.j, x26.j, x27.j, x28.j, x29.j, x30.j, x31.j, x32.j, x33.j, x34.j, x35.j, x36.j, x37.j, x38.j, x39.j, x40.j, x41.j, x42.j, x43.j, x44.j, x45.j, x46.j) AS record, x47.j AS account, x49.j AS contact, CASE WHEN (p5.field_profile_id__id IS NULL) THEN NULL::json ELSE json_build_object('name', p5.field_profile_id__name) END AS "fieldProfile" 
FROM p5 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT 'Account' AS __typename, 'acc_' || encode(uuid_send(t7.id), 'hex') AS id 
FROM accounts AS t7 
WHERE t7.tenant_id = $3 AND t7.owner_id = $10 AND t7.id = p5.object_id AND p5.object_type = 'account') AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT 'BusinessHours' AS __typename, 'bhr_' || encode(uuid_send(t8.id), 'hex') AS id 
FROM business_hours AS t8 
WHERE t8.tenant_id = $3 AND t8.id = p5.object_id AND p5.object_type = 'business_hours') AS r8) AS x8 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT 'Case' AS __typename, 'cas_' || encode(uuid_send(t9.id), 'hex') AS id 
FROM cases AS t9 
WHERE t9.tenant_id = $3 AND t9.id = p5.object_id AND p5.object_type = 'case') AS r9) AS x9 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT 'Certification' AS __typename, 'cer_' || encode(uuid_send(t10.id), 'hex') AS id 
FROM certifications AS t10 
WHERE t10.tenant_id = $3 AND false AND t10.id = p5.object_id AND p5.object_type = 'certification') AS r10) AS x10 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r11) AS j 
FROM (SELECT 'CommissionPlan' AS __typename, 'cpl_' || encode(uuid_send(t11.id), 'hex') AS id 
FROM commission_plans AS t11 
WHERE t11.tenant_id = $3 AND false AND t11.id = p5.object_id AND p5.object_type = 'commission_plan') AS r11) AS x11 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT 'Contact' AS __typename, 'con_' || encode(uuid_send(t12.id), 'hex') AS id 
FROM contacts AS t12 
WHERE t12.tenant_id = $3 AND t12.owner_id = $10 AND t12.id = p5.object_id AND p5.object_type = 'contact') AS r12) AS x12 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT 'DealRegistration' AS __typename, 'dlr_' || encode(uuid_send(t13.id), 'hex') AS id 
FROM deal_registrations AS t13 
WHERE t13.tenant_id = $3 AND false AND t13.id = p5.object_id AND p5.object_type = 'deal_registration') AS r13) AS x13 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r14) AS j 
FROM (SELECT 'Entitlement' AS __typename, 'ent_' || encode(uuid_send(t14.id), 'hex') AS id 
FROM entitlements AS t14 
WHERE t14.tenant_id = $3 AND false AND t14.id = p5.object_id AND p5.object_type = 'entitlement') AS r14) AS x14 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r15) AS j 
FROM (SELECT 'EscalationRule' AS __typename, 'esr_' || encode(uuid_send(t15.id), 'hex') AS id 
FROM escalation_rules AS t15 
WHERE t15.tenant_id = $3 AND t15.id = p5.object_id AND p5.object_type = 'escalation_rule') AS r15) AS x15 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT 'FieldProfile' AS __typename, 'fpr_' || encode(uuid_send(t16.id), 'hex') AS id 
FROM field_profiles AS t16 
WHERE t16.tenant_id = $3 AND false AND t16.id = p5.object_id AND p5.object_type = 'field_profile') AS r16) AS x16 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r17) AS j 
FROM (SELECT 'HolidayCalendar' AS __typename, 'hol_' || encode(uuid_send(t17.id), 'hex') AS id 
FROM holiday_calendars AS t17 
WHERE t17.tenant_id = $3 AND t17.id = p5.object_id AND p5.object_type = 'holiday_calendar') AS r17) AS x17 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r18) AS j 
FROM (SELECT 'KnowledgeArticle' AS __typename, 'kba_' || encode(uuid_send(t18.id), 'hex') AS id 
FROM knowledge_articles AS t18 
WHERE t18.tenant_id = $3 AND t18.id = p5.object_id AND p5.object_type = 'knowledge_article') AS r18) AS x18 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r19) AS j 
FROM (SELECT 'Lead' AS __typename, 'lea_' || encode(uuid_send(t19.id), 'hex') AS id 
FROM leads AS t19 
WHERE t19.tenant_id = $3 AND t19.owner_id = $10 AND t19.id = p5.object_id AND p5.object_type = 'lead') AS r19) AS x19 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r20) AS j 
FROM (SELECT 'Opportunity' AS __typename, 'opp_' || encode(uuid_send(t20.id), 'hex') AS id 
FROM opportunities AS t20 
WHERE t20.tenant_id = $3 AND t20.owner_id = $10 AND t20.id = p5.object_id AND p5.object_type = 'opportunity') AS r20) AS x20 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r21) AS j 
FROM (SELECT 'PartnerCertification' AS __typename, 'pce_' || encode(uuid_send(t21.id), 'hex') AS id 
FROM partner_certifications AS t21 
WHERE t21.tenant_id = $3 AND false AND t21.id = p5.object_id AND p5.object_type = 'partner_certification') AS r21) AS x21 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r22) AS j 
FROM (SELECT 'PartnerCommission' AS __typename, 'pco_' || encode(uuid_send(t22.id), 'hex') AS id 
FROM partner_commissions AS t22 
WHERE t22.tenant_id = $3 AND false AND t22.id = p5.object_id AND p5.object_type = 'partner_commission') AS r22) AS x22 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r23) AS j 
FROM (SELECT 'PartnerCommissionEntry' AS __typename, 'pcn_' || encode(uuid_send(t23.id), 'hex') AS id 
FROM partner_commission_entries AS t23 
WHERE t23.tenant_id = $3 AND false AND t23.id = p5.object_id AND p5.object_type = 'partner_commission_entry') AS r23) AS x23 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r24) AS j 
FROM (SELECT 'PartnerCommissionStatement' AS __typename, 'pcs_' || encode(uuid_send(t24.id), 'hex') AS id 
FROM partner_commission_statements AS t24 
WHERE t24.tenant_id = $3 AND false AND t24.id = p5.object_id AND p5.object_type = 'partner_commission_statement') AS r24) AS x24 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r25) AS j 
FROM (SELECT 'PartnerFundAllocation' AS __typename, 'mda_' || encode(uuid_send(t25.id), 'hex') AS id 
FROM partner_fund_allocations AS t25 
WHERE t25.tenant_id = $3 AND false AND t25.id = p5.object_id AND p5.object_type = 'partner_fund_allocation') AS r25) AS x25 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r26) AS j 
FROM (SELECT 'PartnerFundClaim' AS __typename, 'mdc_' || encode(uuid_send(t26.id), 'hex') AS id 
FROM partner_fund_claims AS t26 
WHERE t26.tenant_id = $3 AND false AND t26.id = p5.object_id AND p5.object_type = 'partner_fund_claim') AS r26) AS x26 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r27) AS j 
FROM (SELECT 'PartnerFundRequest' AS __typename, 'mdf_' || encode(uuid_send(t27.id), 'hex') AS id 
FROM partner_fund_requests AS t27 
WHERE t27.tenant_id = $3 AND false AND t27.id = p5.object_id AND p5.object_type = 'partner_fund_request') AS r27) AS x27 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r28) AS j 
FROM (SELECT 'PartnerLeadOffer' AS __typename, 'plo_' || encode(uuid_send(t28.id), 'hex') AS id 
FROM partner_lead_offers AS t28 
WHERE t28.tenant_id = $3 AND false AND t28.id = p5.object_id AND p5.object_type = 'partner_lead_offer') AS r28) AS x28 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r29) AS j 
FROM (SELECT 'PartnerLeadProfile' AS __typename, 'plp_' || encode(uuid_send(t29.id), 'hex') AS id 
FROM partner_lead_profiles AS t29 
WHERE t29.tenant_id = $3 AND false AND t29.id = p5.object_id AND p5.object_type = 'partner_lead_profile') AS r29) AS x29 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r30) AS j 
FROM (SELECT 'PartnerMarketingBudget' AS __typename, 'mdb_' || encode(uuid_send(t30.id), 'hex') AS id 
FROM partner_marketing_budgets AS t30 
WHERE t30.tenant_id = $3 AND false AND t30.id = p5.object_id AND p5.object_type = 'partner_marketing_budget') AS r30) AS x30 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r31) AS j 
FROM (SELECT 'PartnerMembership' AS __typename, 'pmb_' || encode(uuid_send(t31.id), 'hex') AS id 
FROM partner_memberships AS t31 
WHERE t31.tenant_id = $3 AND false AND t31.id = p5.object_id AND p5.object_type = 'partner_membership') AS r31) AS x31 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r32) AS j 
FROM (SELECT 'PartnerProgram' AS __typename, 'prg_' || encode(uuid_send(t32.id), 'hex') AS id 
FROM partner_programs AS t32 
WHERE t32.tenant_id = $3 AND false AND t32.id = p5.object_id AND p5.object_type = 'partner_program') AS r32) AS x32 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r33) AS j 
FROM (SELECT 'PartnerTier' AS __typename, 'pti_' || encode(uuid_send(t33.id), 'hex') AS id 
FROM partner_tiers AS t33 
WHERE t33.tenant_id = $3 AND false AND t33.id = p5.object_id AND p5.object_type = 'partner_tier') AS r33) AS x33 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r34) AS j 
FROM (SELECT 'PartnerUser' AS __typename, 'pus_' || encode(uuid_send(t34.id), 'hex') AS id 
FROM partner_users AS t34 
WHERE t34.tenant_id = $3 AND false AND t34.id = p5.object_id AND p5.object_type = 'partner_user') AS r34) AS x34 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r35) AS j 
FROM (SELECT 'Pipeline' AS __typename, 'pip_' || encode(uuid_send(t35.id), 'hex') AS id 
FROM pipelines AS t35 
WHERE t35.tenant_id = $3 AND t35.id = p5.object_id AND p5.object_type = 'pipeline') AS r35) AS x35 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r36) AS j 
FROM (SELECT 'Product' AS __typename, 'prd_' || encode(uuid_send(t36.id), 'hex') AS id 
FROM products AS t36 
WHERE t36.tenant_id = $3 AND t36.id = p5.object_id AND p5.object_type = 'product') AS r36) AS x36 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r37) AS j 
FROM (SELECT 'Queue' AS __typename, 'que_' || encode(uuid_send(t37.id), 'hex') AS id 
FROM queues AS t37 
WHERE t37.tenant_id = $3 AND t37.id = p5.object_id AND p5.object_type = 'queue') AS r37) AS x37 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r38) AS j 
FROM (SELECT 'RecordShare' AS __typename, 'shr_' || encode(uuid_send(t38.id), 'hex') AS id 
FROM record_shares AS t38 
WHERE t38.tenant_id = $3 AND false AND t38.id = p5.object_id AND p5.object_type = 'record_share') AS r38) AS x38 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r39) AS j 
FROM (SELECT 'Role' AS __typename, 'rol_' || encode(uuid_send(t39.id), 'hex') AS id 
FROM roles AS t39 
WHERE t39.tenant_id = $3 AND false AND t39.id = p5.object_id AND p5.object_type = 'role') AS r39) AS x39 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r40) AS j 
FROM (SELECT 'SatisfactionRequest' AS __typename, 'sat_' || encode(uuid_send(t40.id), 'hex') AS id 
FROM satisfaction_requests AS t40 
WHERE t40.tenant_id = $3 AND false AND t40.id = p5.object_id AND p5.object_type = 'satisfaction_request') AS r40) AS x40 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r41) AS j 
FROM (SELECT 'SlaPolicy' AS __typename, 'sla_' || encode(uuid_send(t41.id), 'hex') AS id 
FROM sla_policies AS t41 
WHERE t41.tenant_id = $3 AND t41.id = p5.object_id AND p5.object_type = 'sla_policy') AS r41) AS x41 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r42) AS j 
FROM (SELECT 'Stage' AS __typename, 'stg_' || encode(uuid_send(t42.id), 'hex') AS id 
FROM stages AS t42 
WHERE t42.tenant_id = $3 AND t42.id = p5.object_id AND p5.object_type = 'stage') AS r42) AS x42 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r43) AS j 
FROM (SELECT 'Team' AS __typename, 'tea_' || encode(uuid_send(t43.id), 'hex') AS id 
FROM teams AS t43 
WHERE t43.tenant_id = $3 AND t43.id = p5.object_id AND p5.object_type = 'team') AS r43) AS x43 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r44) AS j 
FROM (SELECT 'Token' AS __typename, 'tok_' || encode(uuid_send(t44.id), 'hex') AS id 
FROM tokens AS t44 
WHERE t44.tenant_id = $3 AND false AND t44.id = p5.object_id AND p5.object_type = 'token') AS r44) AS x44 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r45) AS j 
FROM (SELECT 'User' AS __typename, 'usr_' || encode(uuid_send(t45.id), 'hex') AS id 
FROM users AS t45 
WHERE t45.tenant_id = $3 AND t45.id = p5.object_id AND p5.object_type = 'user') AS r45) AS x45 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r46) AS j 
FROM (SELECT 'WebhookEndpoint' AS __typename, 'whk_' || encode(uuid_send(t46.id), 'hex') AS id 
FROM webhook_endpoints AS t46 
WHERE t46.tenant_id = $3 AND false AND t46.id = p5.object_id AND p5.object_type = 'webhook_endpoint') AS r46) AS x46 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r47) AS j 
FROM (SELECT t47.name AS name, x48.j AS shares 
FROM accounts AS t47 LEFT OUTER JOIN LATERAL (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_2 
FROM (SELECT m48.one AS one 
FROM (SELECT 1 AS one 
FROM record_shares AS c48 
WHERE c48.tenant_id = $3 AND false AND c48.account_id = t47.id AND c48.archived_at IS NULL AND c48.revoked_at IS NULL 
 LIMIT 10001) AS m48 
 LIMIT $11) AS b48), CAST($12 AS BIGINT)))) AS j) AS x48 ON true 
WHERE t47.tenant_id = $3 AND t47.owner_id = $10 AND t47.id = p5.account_id) AS r47) AS x47 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r49) AS j 
FROM (SELECT t49.name AS name 
FROM contacts AS t49 
WHERE t49.tenant_id = $3 AND t49.owner_id = $10 AND t49.id = p5.contact_id) AS r49) AS x49 ON true ORDER BY p5.field_profile_id__name_sort ASC NULLS LAST, p5.expires_at ASC NULLS LAST, p5.id ASC) AS r6) AS n5_0) AS "recordShares") AS r) END AS anon_1
