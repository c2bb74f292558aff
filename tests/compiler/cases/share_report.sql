-- admin: 10 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r1)), '[]'::json) AS j 
FROM (SELECT p1.object_type AS "objectType", CASE WHEN (p1.share_id IS NULL) THEN NULL ELSE p1.level END AS level, p1.fields AS fields, coalesce(x2.j, x3.j, x4.j, x5.j, x6.j, x7.j, x8.j, x9.j, x10.j, x11.j, x12.j, x13.j, x14.j, x15.j, x16.j, x17.j, x18.j, x19.j, x20.j, x21.j, x22.j, x23.j, x24.j, x25.j, x26.j, x27.j, x28.j, x29.j, x30.j, x31.j, x32.j, x33.j, x34.j, x35.j, x36.j, x37.j, x38.j, x39.j, x40.j, x41.j) AS record, x42.j AS share 
FROM (SELECT t1.object_type AS object_type, t1.share_id AS share_id, t1.level AS level, t1.fields AS fields, t1.record_id AS record_id, t1.place AS place 
FROM (SELECT found.object_type AS object_type, found.record_id AS record_id, found.share_id AS share_id, found.level AS level, found.field_profile_id AS field_profile_id, found.is_own AS is_own, (SELECT json_agg(shown.name ORDER BY shown.name) AS json_agg_1 
FROM (VALUES ('account', 'default', 'name'), ('account', 'default', 'legalName'), ('account', 'default', 'industry'), ('account', 'default', 'id'), ('account', 'default', 'version'), ('account', 'default', 'createdAt'), ('account', 'default', 'updatedAt'), ('case', 'default', 'subject'), ('case', 'default', 'description'), ('case', 'default', 'account'), ('case', 'default', 'contact'), ('case', 'default', 'follows'), ('case', 'default', 'origin'), ('case', 'default', 'type'), ('case', 'default', 'status'), ('case', 'default', 'statusSince'), ('case', 'default', 'firstResponseAt'), ('case', 'default', 'resolvedAt'), ('case', 'default', 'resolutionCode'), ('case', 'default', 'closesAt'), ('case', 'default', 'closedAt'), ('case', 'default', 'id'), ('case', 'default', 'version'), ('case', 'default', 'createdAt'), ('case', 'default', 'updatedAt'), ('contact', 'default', 'name'), ('contact', 'default', 'firstName'), ('contact', 'default', 'lastName'), ('contact', 'default', 'salutation'), ('contact', 'default', 'title'), ('contact', 'pii', 'email'), ('contact', 'pii', 'phone'), ('contact', 'default', 'language'), ('contact', 'default', 'zone'), ('contact', 'default', 'account'), ('contact', 'default', 'id'), ('contact', 'default', 'version'), ('contact', 'default', 'createdAt'), ('contact', 'default', 'updatedAt'), ('opportunity', 'default', 'name'), ('opportunity', 'default', 'account'), ('opportunity', 'default', 'status'), ('opportunity', 'commercial', 'amount'), ('opportunity', 'default', 'currency'), ('opportunity', 'default', 'closeDate'), ('opportunity', 'default', 'closedOn'), ('opportunity', 'default', 'nextStep'), ('opportunity', 'default', 'id'), ('opportunity', 'default', 'version'), ('opportunity', 'default', 'createdAt'), ('opportunity', 'default', 'updatedAt')) AS shown (object, field_set, name) 
WHERE shown.object = found.object_type AND (shown.field_set = 'default' OR found.is_own OR (EXISTS (SELECT 1 
FROM field_profile_sets AS opened 
WHERE opened.tenant_id = $3 AND opened.profile_id = found.field_profile_id AND opened.object = shown.object AND opened.field_set = shown.field_set)))) AS fields, row_number() OVER (ORDER BY found.object_type, found.record_id, found.share_id) AS place 
FROM (SELECT 'account' AS object_type, of_account.id AS record_id, share_of_account.id AS share_id, share_of_account.level AS level, share_of_account.field_profile_id AS field_profile_id, of_account.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.company_id UNION ALL SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, true) AS reach) AS is_own 
FROM (SELECT CAST($4 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $4 AND CAST($5 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN accounts AS of_account ON of_account.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_account ON share_of_account.object_id = of_account.id AND share_of_account.tenant_id = $3 AND share_of_account.object_type = 'account' AND (share_of_account.contact_id = who.contact_id OR share_of_account.account_id = who.company_id OR share_of_account.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_account.revoked_at IS NULL AND (share_of_account.expires_at IS NULL OR share_of_account.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_account.tenant_id = $3 AND of_account.archived_at IS NULL AND (share_of_account.id IS NOT NULL OR of_account.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.company_id UNION ALL SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, true) AS reach)) UNION ALL SELECT 'case' AS object_type, of_case.id AS record_id, share_of_case.id AS share_id, share_of_case.level AS level, share_of_case.field_profile_id AS field_profile_id, CAST(who.company_id AS UUID) IS NULL AND of_case.contact_id = who.contact_id AS is_own 
FROM (SELECT CAST($4 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $4 AND CAST($5 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN cases AS of_case ON of_case.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_case ON share_of_case.object_id = of_case.id AND share_of_case.tenant_id = $3 AND share_of_case.object_type = 'case' AND (share_of_case.contact_id = who.contact_id OR share_of_case.account_id = who.company_id OR share_of_case.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_case.revoked_at IS NULL AND (share_of_case.expires_at IS NULL OR share_of_case.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_case.tenant_id = $3 AND of_case.archived_at IS NULL AND (share_of_case.id IS NOT NULL OR CAST(who.company_id AS UUID) IS NULL AND of_case.contact_id = who.contact_id) UNION ALL SELECT 'contact' AS object_type, of_contact.id AS record_id, share_of_contact.id AS share_id, share_of_contact.level AS level, share_of_contact.field_profile_id AS field_profile_id, of_contact.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.contact_id) AS is_own 
FROM (SELECT CAST($4 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $4 AND CAST($5 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN contacts AS of_contact ON of_contact.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_contact ON share_of_contact.object_id = of_contact.id AND share_of_contact.tenant_id = $3 AND share_of_contact.object_type = 'contact' AND (share_of_contact.contact_id = who.contact_id OR share_of_contact.account_id = who.company_id OR share_of_contact.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_contact.revoked_at IS NULL AND (share_of_contact.expires_at IS NULL OR share_of_contact.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_contact.tenant_id = $3 AND of_contact.archived_at IS NULL AND (share_of_contact.id IS NOT NULL OR of_contact.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.contact_id)) UNION ALL SELECT 'opportunity' AS object_type, of_opportunity.id AS record_id, share_of_opportunity.id AS share_id, share_of_opportunity.level AS level, share_of_opportunity.field_profile_id AS field_profile_id, false AS is_own 
FROM (SELECT CAST($4 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $4 AND CAST($5 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN opportunities AS of_opportunity ON of_opportunity.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_opportunity ON share_of_opportunity.object_id = of_opportunity.id AND share_of_opportunity.tenant_id = $3 AND share_of_opportunity.object_type = 'opportunity' AND (share_of_opportunity.contact_id = who.contact_id OR share_of_opportunity.account_id = who.company_id OR share_of_opportunity.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_opportunity.revoked_at IS NULL AND (share_of_opportunity.expires_at IS NULL OR share_of_opportunity.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_opportunity.tenant_id = $3 AND of_opportunity.archived_at IS NULL AND (share_of_opportunity.id IS NOT NULL OR false)) AS found 
WHERE (EXISTS (SELECT 1 
FROM contacts AS principal 
WHERE principal.tenant_id = $3 AND principal.id = $4 AND principal.archived_at IS NULL)) AND (CAST($5 AS TEXT) != 'PARTNER' OR (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $4 AND CAST($5 AS TEXT) = 'PARTNER') IS NOT NULL) ORDER BY place 
 LIMIT 1000) AS t1 ORDER BY t1.place 
 LIMIT 1000) AS p1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t2.id), 'hex') AS id 
FROM accounts AS t2 
WHERE t2.tenant_id = $3 AND t2.id = p1.record_id AND p1.object_type = 'account') AS r2) AS x2 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT 'bhr_' || encode(uuid_send(t3.id), 'hex') AS id 
FROM business_hours AS t3 
WHERE t3.tenant_id = $3 AND t3.id = p1.record_id AND p1.object_type = 'business_hours') AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT 'cas_' || encode(uuid_send(t4.id), 'hex') AS id 
FROM cases AS t4 
WHERE t4.tenant_id = $3 AND t4.id = p1.record_id AND p1.object_type = 'case') AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT 'cer_' || encode(uuid_send(t5.id), 'hex') AS id 
FROM certifications AS t5 
WHERE t5.tenant_id = $3 AND t5.id = p1.record_id AND p1.object_type = 'certification') AS r5) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r6) AS j 
FROM (SELECT 'cpl_' || encode(uuid_send(t6.id), 'hex') AS id 
FROM commission_plans AS t6 
WHERE t6.tenant_id = $3 AND t6.id = p1.record_id AND p1.object_type = 'commission_plan') AS r6) AS x6 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT 'con_' || encode(uuid_send(t7.id), 'hex') AS id 
FROM contacts AS t7 
WHERE t7.tenant_id = $3 AND t7.id = p1.record_id AND p1.object_type = 'contact') AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT 'dlr_' || encode(uuid_send(t8.id), 'hex') AS id 
FROM deal_registrations AS t8 
WHERE t8.tenant_id = $3 AND t8.id = p1.record_id AND p1.object_type = 'deal_registration') AS r8) AS x8 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT 'ent_' || encode(uuid_send(t9.id), 'hex') AS id 
FROM entitlements AS t9 
WHERE t9.tenant_id = $3 AND t9.id = p1.record_id AND p1.object_type = 'entitlement') AS r9) AS x9 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT 'esr_' || encode(uuid_send(t10.id), 'hex') AS id 
FROM escalation_rules AS t10 
WHERE t10.tenant_id = $3 AND t10.id = p1.record_id AND p1.object_type = 'escalation_rule') AS r10) AS x10 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r11) AS j 
FROM (SELECT 'fpr_' || encode(uuid_send(t11.id), 'hex') AS id 
FROM field_profiles AS t11 
WHERE t11.tenant_id = $3 AND t11.id = p1.record_id AND p1.object_type = 'field_profile') AS r11) AS x11 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT 'hol_' || encode(uuid_send(t12.id), 'hex') AS id 
FROM holiday_calendars AS t12 
WHERE t12.tenant_id = $3 AND t12.id = p1.record_id AND p1.object_type = 'holiday_calendar') AS r12) AS x12 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT 'kba_' || encode(uuid_send(t13.id), 'hex') AS id 
FROM knowledge_articles AS t13 
WHERE t13.tenant_id = $3 AND t13.id = p1.record_id AND p1.object_type = 'knowledge_article') AS r13) AS x13 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r14) AS j 
FROM (SELECT 'lea_' || encode(uuid_send(t14.id), 'hex') AS id 
FROM leads AS t14 
WHERE t14.tenant_id = $3 AND t14.id = p1.record_id AND p1.object_type = 'lead') AS r14) AS x14 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r15) AS j 
FROM (SELECT 'opp_' || encode(uuid_send(t15.id), 'hex') AS id 
FROM opportunities AS t15 
WHERE t15.tenant_id = $3 AND t15.id = p1.record_id AND p1.object_type = 'opportunity') AS r15) AS x15 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT 'pce_' || encode(uuid_send(t16.id), 'hex') AS id 
FROM partner_certifications AS t16 
WHERE t16.tenant_id = $3 AND t16.id = p1.record_id AND p1.object_type = 'partner_certification') AS r16) AS x16 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r17) AS j 
FROM (SELECT 'pco_' || encode(uuid_send(t17.id), 'hex') AS id 
FROM partner_commissions AS t17 
WHERE t17.tenant_id = $3 AND t17.id = p1.record_id AND p1.object_type = 'partner_commission') AS r17) AS x17 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r18) AS j 
FROM (SELECT 'pcn_' || encode(uuid_send(t18.id), 'hex') AS id 
FROM partner_commission_entries AS t18 
WHERE t18.tenant_id = $3 AND t18.id = p1.record_id AND p1.object_type = 'partner_commission_entry') AS r18) AS x18 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r19) AS j 
FROM (SELECT 'pcs_' || encode(uuid_send(t19.id), 'hex') AS id 
FROM partner_commission_statements AS t19 
WHERE t19.tenant_id = $3 AND t19.id = p1.record_id AND p1.object_type = 'partner_commission_statement') AS r19) AS x19 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r20) AS j 
FROM (SELECT 'mda_' || encode(uuid_send(t20.id), 'hex') AS id 
FROM partner_fund_allocations AS t20 
WHERE t20.tenant_id = $3 AND t20.id = p1.record_id AND p1.object_type = 'partner_fund_allocation') AS r20) AS x20 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r21) AS j 
FROM (SELECT 'mdc_' || encode(uuid_send(t21.id), 'hex') AS id 
FROM partner_fund_claims AS t21 
WHERE t21.tenant_id = $3 AND t21.id = p1.record_id AND p1.object_type = 'partner_fund_claim') AS r21) AS x21 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r22) AS j 
FROM (SELECT 'mdf_' || encode(uuid_send(t22.id), 'hex') AS id 
FROM partner_fund_requests AS t22 
WHERE t22.tenant_id = $3 AND t22.id = p1.record_id AND p1.object_type = 'partner_fund_request') AS r22) AS x22 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r23) AS j 
FROM (SELECT 'plo_' || encode(uuid_send(t23.id), 'hex') AS id 
FROM partner_lead_offers AS t23 
WHERE t23.tenant_id = $3 AND t23.id = p1.record_id AND p1.object_type = 'partner_lead_offer') AS r23) AS x23 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r24) AS j 
FROM (SELECT 'plp_' || encode(uuid_send(t24.id), 'hex') AS id 
FROM partner_lead_profiles AS t24 
WHERE t24.tenant_id = $3 AND t24.id = p1.record_id AND p1.object_type = 'partner_lead_profile') AS r24) AS x24 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r25) AS j 
FROM (SELECT 'mdb_' || encode(uuid_send(t25.id), 'hex') AS id 
FROM partner_marketing_budgets AS t25 
WHERE t25.tenant_id = $3 AND t25.id = p1.record_id AND p1.object_type = 'partner_marketing_budget') AS r25) AS x25 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r26) AS j 
FROM (SELECT 'pmb_' || encode(uuid_send(t26.id), 'hex') AS id 
FROM partner_memberships AS t26 
WHERE t26.tenant_id = $3 AND t26.id = p1.record_id AND p1.object_type = 'partner_membership') AS r26) AS x26 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r27) AS j 
FROM (SELECT 'prg_' || encode(uuid_send(t27.id), 'hex') AS id 
FROM partner_programs AS t27 
WHERE t27.tenant_id = $3 AND t27.id = p1.record_id AND p1.object_type = 'partner_program') AS r27) AS x27 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r28) AS j 
FROM (SELECT 'pti_' || encode(uuid_send(t28.id), 'hex') AS id 
FROM partner_tiers AS t28 
WHERE t28.tenant_id = $3 AND t28.id = p1.record_id AND p1.object_type = 'partner_tier') AS r28) AS x28 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r29) AS j 
FROM (SELECT 'pus_' || encode(uuid_send(t29.id), 'hex') AS id 
FROM partner_users AS t29 
WHERE t29.tenant_id = $3 AND t29.id = p1.record_id AND p1.object_type = 'partner_user') AS r29) AS x29 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r30) AS j 
FROM (SELECT 'pip_' || encode(uuid_send(t30.id), 'hex') AS id 
FROM pipelines AS t30 
WHERE t30.tenant_id = $3 AND t30.id = p1.record_id AND p1.object_type = 'pipeline') AS r30) AS x30 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r31) AS j 
FROM (SELECT 'prd_' || encode(uuid_send(t31.id), 'hex') AS id 
FROM products AS t31 
WHERE t31.tenant_id = $3 AND t31.id = p1.record_id AND p1.object_type = 'product') AS r31) AS x31 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r32) AS j 
FROM (SELECT 'que_' || encode(uuid_send(t32.id), 'hex') AS id 
FROM queues AS t32 
WHERE t32.tenant_id = $3 AND t32.id = p1.record_id AND p1.object_type = 'queue') AS r32) AS x32 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r33) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t33.id), 'hex') AS id 
FROM record_shares AS t33 
WHERE t33.tenant_id = $3 AND t33.id = p1.record_id AND p1.object_type = 'record_share') AS r33) AS x33 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r34) AS j 
FROM (SELECT 'rol_' || encode(uuid_send(t34.id), 'hex') AS id 
FROM roles AS t34 
WHERE t34.tenant_id = $3 AND t34.id = p1.record_id AND p1.object_type = 'role') AS r34) AS x34 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r35) AS j 
FROM (SELECT 'sat_' || encode(uuid_send(t35.id), 'hex') AS id 
FROM satisfaction_requests AS t35 
WHERE t35.tenant_id = $3 AND t35.id = p1.record_id AND p1.object_type = 'satisfaction_request') AS r35) AS x35 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r36) AS j 
FROM (SELECT 'sla_' || encode(uuid_send(t36.id), 'hex') AS id 
FROM sla_policies AS t36 
WHERE t36.tenant_id = $3 AND t36.id = p1.record_id AND p1.object_type = 'sla_policy') AS r36) AS x36 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r37) AS j 
FROM (SELECT 'stg_' || encode(uuid_send(t37.id), 'hex') AS id 
FROM stages AS t37 
WHERE t37.tenant_id = $3 AND t37.id = p1.record_id AND p1.object_type = 'stage') AS r37) AS x37 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r38) AS j 
FROM (SELECT 'tea_' || encode(uuid_send(t38.id), 'hex') AS id 
FROM teams AS t38 
WHERE t38.tenant_id = $3 AND t38.id = p1.record_id AND p1.object_type = 'team') AS r38) AS x38 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r39) AS j 
FROM (SELECT 'tok_' || encode(uuid_send(t39.id), 'hex') AS id 
FROM tokens AS t39 
WHERE t39.tenant_id = $3 AND t39.id = p1.record_id AND p1.object_type = 'token') AS r39) AS x39 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r40) AS j 
FROM (SELECT 'usr_' || encode(uuid_send(t40.id), 'hex') AS id 
FROM users AS t40 
WHERE t40.tenant_id = $3 AND t40.id = p1.record_id AND p1.object_type = 'user') AS r40) AS x40 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r41) AS j 
FROM (SELECT 'whk_' || encode(uuid_send(t41.id), 'hex') AS id 
FROM webhook_endpoints AS t41 
WHERE t41.tenant_id = $3 AND t41.id = p1.record_id AND p1.object_type = 'webhook_endpoint') AS r41) AS x41 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r42) AS j 
FROM (SELECT t42.level AS level, x43.j AS account, x44.j AS contact, x45.j AS "fieldProfile" 
FROM record_shares AS t42 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r43) AS j 
FROM (SELECT t43.name AS name 
FROM accounts AS t43 
WHERE t43.tenant_id = $3 AND t43.id = t42.account_id) AS r43) AS x43 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r44) AS j 
FROM (SELECT t44.name AS name 
FROM contacts AS t44 
WHERE t44.tenant_id = $3 AND t44.id = t42.contact_id) AS r44) AS x44 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r45) AS j 
FROM (SELECT t45.name AS name 
FROM field_profiles AS t45 
WHERE t45.tenant_id = $3 AND t45.id = t42.field_profile_id) AS r45) AS x45 ON true 
WHERE t42.tenant_id = $3 AND t42.id = p1.share_id) AS r42) AS x42 ON true ORDER BY p1.place) AS r1) AS partner, (SELECT coalesce(json_agg(row_to_json(r46)), '[]'::json) AS j 
FROM (SELECT p46.object_type AS "objectType", CASE WHEN (p46.share_id IS NULL) THEN NULL ELSE p46.level END AS level, p46.fields AS fields, coalesce(x47.j, x48.j, x49.j, x50.j, x51.j, x52.j, x53.j, x54.j, x55.j, x56.j, x57.j, x58.j, x59.j, x60.j, x61.j, x62.j, x63.j, x64.j, x65.j, x66.j, x67.j, x68.j, x69.j, x70.j, x71.j, x72.j, x73.j, x74.j, x75.j, x76.j, x77.j, x78.j, x79.j, x80.j, x81.j, x82.j, x83.j, x84.j, x85.j, x86.j) AS record, x87.j AS share 
FROM (SELECT t46.object_type AS object_type, t46.share_id AS share_id, t46.level AS level, t46.fields AS fields, t46.record_id AS record_id, t46.place AS place 
FROM (SELECT found.object_type AS object_type, found.record_id AS record_id, found.share_id AS share_id, found.level AS level, found.field_profile_id AS field_profile_id, found.is_own AS is_own, (SELECT json_agg(shown.name ORDER BY shown.name) AS json_agg_2 
FROM (VALUES ('account', 'default', 'name'), ('account', 'default', 'legalName'), ('account', 'default', 'industry'), ('account', 'default', 'id'), ('account', 'default', 'version'), ('account', 'default', 'createdAt'), ('account', 'default', 'updatedAt'), ('case', 'default', 'subject'), ('case', 'default', 'description'), ('case', 'default', 'account'), ('case', 'default', 'contact'), ('case', 'default', 'follows'), ('case', 'default', 'origin'), ('case', 'default', 'type'), ('case', 'default', 'status'), ('case', 'default', 'statusSince'), ('case', 'default', 'firstResponseAt'), ('case', 'default', 'resolvedAt'), ('case', 'default', 'resolutionCode'), ('case', 'default', 'closesAt'), ('case', 'default', 'closedAt'), ('case', 'default', 'id'), ('case', 'default', 'version'), ('case', 'default', 'createdAt'), ('case', 'default', 'updatedAt'), ('contact', 'default', 'name'), ('contact', 'default', 'firstName'), ('contact', 'default', 'lastName'), ('contact', 'default', 'salutation'), ('contact', 'default', 'title'), ('contact', 'pii', 'email'), ('contact', 'pii', 'phone'), ('contact', 'default', 'language'), ('contact', 'default', 'zone'), ('contact', 'default', 'account'), ('contact', 'default', 'id'), ('contact', 'default', 'version'), ('contact', 'default', 'createdAt'), ('contact', 'default', 'updatedAt'), ('opportunity', 'default', 'name'), ('opportunity', 'default', 'account'), ('opportunity', 'default', 'status'), ('opportunity', 'commercial', 'amount'), ('opportunity', 'default', 'currency'), ('opportunity', 'default', 'closeDate'), ('opportunity', 'default', 'closedOn'), ('opportunity', 'default', 'nextStep'), ('opportunity', 'default', 'id'), ('opportunity', 'default', 'version'), ('opportunity', 'default', 'createdAt'), ('opportunity', 'default', 'updatedAt')) AS shown (object, field_set, name) 
WHERE shown.object = found.object_type AND (shown.field_set = 'default' OR found.is_own OR (EXISTS (SELECT 1 
FROM field_profile_sets AS opened 
WHERE opened.tenant_id = $3 AND opened.profile_id = found.field_profile_id AND opened.object = shown.object AND opened.field_set = shown.field_set)))) AS fields, row_number() OVER (ORDER BY found.object_type, found.record_id, found.share_id) AS place 
FROM (SELECT 'account' AS object_type, of_account.id AS record_id, share_of_account.id AS share_id, share_of_account.level AS level, share_of_account.field_profile_id AS field_profile_id, of_account.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.company_id UNION ALL SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, true) AS reach) AS is_own 
FROM (SELECT CAST($7 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $7 AND CAST($8 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN accounts AS of_account ON of_account.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_account ON share_of_account.object_id = of_account.id AND share_of_account.tenant_id = $3 AND share_of_account.object_type = 'account' AND (share_of_account.contact_id = who.contact_id OR share_of_account.account_id = who.company_id OR share_of_account.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_account.revoked_at IS NULL AND (share_of_account.expires_at IS NULL OR share_of_account.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_account.tenant_id = $3 AND of_account.archived_at IS NULL AND (share_of_account.id IS NOT NULL OR of_account.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.company_id UNION ALL SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, true) AS reach)) UNION ALL SELECT 'case' AS object_type, of_case.id AS record_id, share_of_case.id AS share_id, share_of_case.level AS level, share_of_case.field_profile_id AS field_profile_id, CAST(who.company_id AS UUID) IS NULL AND of_case.contact_id = who.contact_id AS is_own 
FROM (SELECT CAST($7 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $7 AND CAST($8 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN cases AS of_case ON of_case.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_case ON share_of_case.object_id = of_case.id AND share_of_case.tenant_id = $3 AND share_of_case.object_type = 'case' AND (share_of_case.contact_id = who.contact_id OR share_of_case.account_id = who.company_id OR share_of_case.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_case.revoked_at IS NULL AND (share_of_case.expires_at IS NULL OR share_of_case.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_case.tenant_id = $3 AND of_case.archived_at IS NULL AND (share_of_case.id IS NOT NULL OR CAST(who.company_id AS UUID) IS NULL AND of_case.contact_id = who.contact_id) UNION ALL SELECT 'contact' AS object_type, of_contact.id AS record_id, share_of_contact.id AS share_id, share_of_contact.level AS level, share_of_contact.field_profile_id AS field_profile_id, of_contact.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.contact_id) AS is_own 
FROM (SELECT CAST($7 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $7 AND CAST($8 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN contacts AS of_contact ON of_contact.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_contact ON share_of_contact.object_id = of_contact.id AND share_of_contact.tenant_id = $3 AND share_of_contact.object_type = 'contact' AND (share_of_contact.contact_id = who.contact_id OR share_of_contact.account_id = who.company_id OR share_of_contact.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_contact.revoked_at IS NULL AND (share_of_contact.expires_at IS NULL OR share_of_contact.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_contact.tenant_id = $3 AND of_contact.archived_at IS NULL AND (share_of_contact.id IS NOT NULL OR of_contact.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.contact_id)) UNION ALL SELECT 'opportunity' AS object_type, of_opportunity.id AS record_id, share_of_opportunity.id AS share_id, share_of_opportunity.level AS level, share_of_opportunity.field_profile_id AS field_profile_id, false AS is_own 
FROM (SELECT CAST($7 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $7 AND CAST($8 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN opportunities AS of_opportunity ON of_opportunity.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_opportunity ON share_of_opportunity.object_id = of_opportunity.id AND share_of_opportunity.tenant_id = $3 AND share_of_opportunity.object_type = 'opportunity' AND (share_of_opportunity.contact_id = who.contact_id OR share_of_opportunity.account_id = who.company_id OR share_of_opportunity.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_opportunity.revoked_at IS NULL AND (share_of_opportunity.expires_at IS NULL OR share_of_opportunity.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_opportunity.tenant_id = $3 AND of_opportunity.archived_at IS NULL AND (share_of_opportunity.id IS NOT NULL OR false)) AS found 
WHERE (EXISTS (SELECT 1 
FROM contacts AS principal 
WHERE principal.tenant_id = $3 AND principal.id = $7 AND principal.archived_at IS NULL)) AND (CAST($8 AS TEXT) != 'PARTNER' OR (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $7 AND CAST($8 AS TEXT) = 'PARTNER') IS NOT NULL) ORDER BY place 
 LIMIT 1000) AS t46 ORDER BY t46.place 
 LIMIT 1000) AS p46 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r47) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t47.id), 'hex') AS id 
FROM accounts AS t47 
WHERE t47.tenant_id = $3 AND t47.id = p46.record_id AND p46.object_type = 'account') AS r47) AS x47 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r48) AS j 
FROM (SELECT 'bhr_' || encode(uuid_send(t48.id), 'hex') AS id 
FROM business_hours AS t48 
WHERE t48.tenant_id = $3 AND t48.id = p46.record_id AND p46.object_type = 'business_hours') AS r48) AS x48 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r49) AS j 
FROM (SELECT 'cas_' || encode(uuid_send(t49.id), 'hex') AS id 
FROM cases AS t49 
WHERE t49.tenant_id = $3 AND t49.id = p46.record_id AND p46.object_type = 'case') AS r49) AS x49 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r50) AS j 
FROM (SELECT 'cer_' || encode(uuid_send(t50.id), 'hex') AS id 
FROM certifications AS t50 
WHERE t50.tenant_id = $3 AND t50.id = p46.record_id AND p46.object_type = 'certification') AS r50) AS x50 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r51) AS j 
FROM (SELECT 'cpl_' || encode(uuid_send(t51.id), 'hex') AS id 
FROM commission_plans AS t51 
WHERE t51.tenant_id = $3 AND t51.id = p46.record_id AND p46.object_type = 'commission_plan') AS r51) AS x51 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r52) AS j 
FROM (SELECT 'con_' || encode(uuid_send(t52.id), 'hex') AS id 
FROM contacts AS t52 
WHERE t52.tenant_id = $3 AND t52.id = p46.record_id AND p46.object_type = 'contact') AS r52) AS x52 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r53) AS j 
FROM (SELECT 'dlr_' || encode(uuid_send(t53.id), 'hex') AS id 
FROM deal_registrations AS t53 
WHERE t53.tenant_id = $3 AND t53.id = p46.record_id AND p46.object_type = 'deal_registration') AS r53) AS x53 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r54) AS j 
FROM (SELECT 'ent_' || encode(uuid_send(t54.id), 'hex') AS id 
FROM entitlements AS t54 
WHERE t54.tenant_id = $3 AND t54.id = p46.record_id AND p46.object_type = 'entitlement') AS r54) AS x54 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r55) AS j 
FROM (SELECT 'esr_' || encode(uuid_send(t55.id), 'hex') AS id 
FROM escalation_rules AS t55 
WHERE t55.tenant_id = $3 AND t55.id = p46.record_id AND p46.object_type = 'escalation_rule') AS r55) AS x55 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r56) AS j 
FROM (SELECT 'fpr_' || encode(uuid_send(t56.id), 'hex') AS id 
FROM field_profiles AS t56 
WHERE t56.tenant_id = $3 AND t56.id = p46.record_id AND p46.object_type = 'field_profile') AS r56) AS x56 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r57) AS j 
FROM (SELECT 'hol_' || encode(uuid_send(t57.id), 'hex') AS id 
FROM holiday_calendars AS t57 
WHERE t57.tenant_id = $3 AND t57.id = p46.record_id AND p46.object_type = 'holiday_calendar') AS r57) AS x57 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r58) AS j 
FROM (SELECT 'kba_' || encode(uuid_send(t58.id), 'hex') AS id 
FROM knowledge_articles AS t58 
WHERE t58.tenant_id = $3 AND t58.id = p46.record_id AND p46.object_type = 'knowledge_article') AS r58) AS x58 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r59) AS j 
FROM (SELECT 'lea_' || encode(uuid_send(t59.id), 'hex') AS id 
FROM leads AS t59 
WHERE t59.tenant_id = $3 AND t59.id = p46.record_id AND p46.object_type = 'lead') AS r59) AS x59 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r60) AS j 
FROM (SELECT 'opp_' || encode(uuid_send(t60.id), 'hex') AS id 
FROM opportunities AS t60 
WHERE t60.tenant_id = $3 AND t60.id = p46.record_id AND p46.object_type = 'opportunity') AS r60) AS x60 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r61) AS j 
FROM (SELECT 'pce_' || encode(uuid_send(t61.id), 'hex') AS id 
FROM partner_certifications AS t61 
WHERE t61.tenant_id = $3 AND t61.id = p46.record_id AND p46.object_type = 'partner_certification') AS r61) AS x61 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r62) AS j 
FROM (SELECT 'pco_' || encode(uuid_send(t62.id), 'hex') AS id 
FROM partner_commissions AS t62 
WHERE t62.tenant_id = $3 AND t62.id = p46.record_id AND p46.object_type = 'partner_commission') AS r62) AS x62 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r63) AS j 
FROM (SELECT 'pcn_' || encode(uuid_send(t63.id), 'hex') AS id 
FROM partner_commission_entries AS t63 
WHERE t63.tenant_id = $3 AND t63.id = p46.record_id AND p46.object_type = 'partner_commission_entry') AS r63) AS x63 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r64) AS j 
FROM (SELECT 'pcs_' || encode(uuid_send(t64.id), 'hex') AS id 
FROM partner_commission_statements AS t64 
WHERE t64.tenant_id = $3 AND t64.id = p46.record_id AND p46.object_type = 'partner_commission_statement') AS r64) AS x64 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r65) AS j 
FROM (SELECT 'mda_' || encode(uuid_send(t65.id), 'hex') AS id 
FROM partner_fund_allocations AS t65 
WHERE t65.tenant_id = $3 AND t65.id = p46.record_id AND p46.object_type = 'partner_fund_allocation') AS r65) AS x65 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r66) AS j 
FROM (SELECT 'mdc_' || encode(uuid_send(t66.id), 'hex') AS id 
FROM partner_fund_claims AS t66 
WHERE t66.tenant_id = $3 AND t66.id = p46.record_id AND p46.object_type = 'partner_fund_claim') AS r66) AS x66 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r67) AS j 
FROM (SELECT 'mdf_' || encode(uuid_send(t67.id), 'hex') AS id 
FROM partner_fund_requests AS t67 
WHERE t67.tenant_id = $3 AND t67.id = p46.record_id AND p46.object_type = 'partner_fund_request') AS r67) AS x67 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r68) AS j 
FROM (SELECT 'plo_' || encode(uuid_send(t68.id), 'hex') AS id 
FROM partner_lead_offers AS t68 
WHERE t68.tenant_id = $3 AND t68.id = p46.record_id AND p46.object_type = 'partner_lead_offer') AS r68) AS x68 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r69) AS j 
FROM (SELECT 'plp_' || encode(uuid_send(t69.id), 'hex') AS id 
FROM partner_lead_profiles AS t69 
WHERE t69.tenant_id = $3 AND t69.id = p46.record_id AND p46.object_type = 'partner_lead_profile') AS r69) AS x69 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r70) AS j 
FROM (SELECT 'mdb_' || encode(uuid_send(t70.id), 'hex') AS id 
FROM partner_marketing_budgets AS t70 
WHERE t70.tenant_id = $3 AND t70.id = p46.record_id AND p46.object_type = 'partner_marketing_budget') AS r70) AS x70 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r71) AS j 
FROM (SELECT 'pmb_' || encode(uuid_send(t71.id), 'hex') AS id 
FROM partner_memberships AS t71 
WHERE t71.tenant_id = $3 AND t71.id = p46.record_id AND p46.object_type = 'partner_membership') AS r71) AS x71 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r72) AS j 
FROM (SELECT 'prg_' || encode(uuid_send(t72.id), 'hex') AS id 
FROM partner_programs AS t72 
WHERE t72.tenant_id = $3 AND t72.id = p46.record_id AND p46.object_type = 'partner_program') AS r72) AS x72 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r73) AS j 
FROM (SELECT 'pti_' || encode(uuid_send(t73.id), 'hex') AS id 
FROM partner_tiers AS t73 
WHERE t73.tenant_id = $3 AND t73.id = p46.record_id AND p46.object_type = 'partner_tier') AS r73) AS x73 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r74) AS j 
FROM (SELECT 'pus_' || encode(uuid_send(t74.id), 'hex') AS id 
FROM partner_users AS t74 
WHERE t74.tenant_id = $3 AND t74.id = p46.record_id AND p46.object_type = 'partner_user') AS r74) AS x74 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r75) AS j 
FROM (SELECT 'pip_' || encode(uuid_send(t75.id), 'hex') AS id 
FROM pipelines AS t75 
WHERE t75.tenant_id = $3 AND t75.id = p46.record_id AND p46.object_type = 'pipeline') AS r75) AS x75 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r76) AS j 
FROM (SELECT 'prd_' || encode(uuid_send(t76.id), 'hex') AS id 
FROM products AS t76 
WHERE t76.tenant_id = $3 AND t76.id = p46.record_id AND p46.object_type = 'product') AS r76) AS x76 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r77) AS j 
FROM (SELECT 'que_' || encode(uuid_send(t77.id), 'hex') AS id 
FROM queues AS t77 
WHERE t77.tenant_id = $3 AND t77.id = p46.record_id AND p46.object_type = 'queue') AS r77) AS x77 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r78) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t78.id), 'hex') AS id 
FROM record_shares AS t78 
WHERE t78.tenant_id = $3 AND t78.id = p46.record_id AND p46.object_type = 'record_share') AS r78) AS x78 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r79) AS j 
FROM (SELECT 'rol_' || encode(uuid_send(t79.id), 'hex') AS id 
FROM roles AS t79 
WHERE t79.tenant_id = $3 AND t79.id = p46.record_id AND p46.object_type = 'role') AS r79) AS x79 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r80) AS j 
FROM (SELECT 'sat_' || encode(uuid_send(t80.id), 'hex') AS id 
FROM satisfaction_requests AS t80 
WHERE t80.tenant_id = $3 AND t80.id = p46.record_id AND p46.object_type = 'satisfaction_request') AS r80) AS x80 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r81) AS j 
FROM (SELECT 'sla_' || encode(uuid_send(t81.id), 'hex') AS id 
FROM sla_policies AS t81 
WHERE t81.tenant_id = $3 AND t81.id = p46.record_id AND p46.object_type = 'sla_policy') AS r81) AS x81 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r82) AS j 
FROM (SELECT 'stg_' || encode(uuid_send(t82.id), 'hex') AS id 
FROM stages AS t82 
WHERE t82.tenant_id = $3 AND t82.id = p46.record_id AND p46.object_type = 'stage') AS r82) AS x82 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r83) AS j 
FROM (SELECT 'tea_' || encode(uuid_send(t83.id), 'hex') AS id 
FROM teams AS t83 
WHERE t83.tenant_id = $3 AND t83.id = p46.record_id AND p46.object_type = 'team') AS r83) AS x83 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r84) AS j 
FROM (SELECT 'tok_' || encode(uuid_send(t84.id), 'hex') AS id 
FROM tokens AS t84 
WHERE t84.tenant_id = $3 AND t84.id = p46.record_id AND p46.object_type = 'token') AS r84) AS x84 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r85) AS j 
FROM (SELECT 'usr_' || encode(uuid_send(t85.id), 'hex') AS id 
FROM users AS t85 
WHERE t85.tenant_id = $3 AND t85.id = p46.record_id AND p46.object_type = 'user') AS r85) AS x85 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r86) AS j 
FROM (SELECT 'whk_' || encode(uuid_send(t86.id), 'hex') AS id 
FROM webhook_endpoints AS t86 
WHERE t86.tenant_id = $3 AND t86.id = p46.record_id AND p46.object_type = 'webhook_endpoint') AS r86) AS x86 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r87) AS j 
FROM (SELECT t87.level AS level, x88.j AS account, x89.j AS contact, x90.j AS "fieldProfile" 
FROM record_shares AS t87 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r88) AS j 
FROM (SELECT t88.name AS name 
FROM accounts AS t88 
WHERE t88.tenant_id = $3 AND t88.id = t87.account_id) AS r88) AS x88 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r89) AS j 
FROM (SELECT t89.name AS name 
FROM contacts AS t89 
WHERE t89.tenant_id = $3 AND t89.id = t87.contact_id) AS r89) AS x89 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r90) AS j 
FROM (SELECT t90.name AS name 
FROM field_profiles AS t90 
WHERE t90.tenant_id = $3 AND t90.id = t87.field_profile_id) AS r90) AS x90 ON true 
WHERE t87.tenant_id = $3 AND t87.id = p46.share_id) AS r87) AS x87 ON true ORDER BY p46.place) AS r46) AS customer, (SELECT coalesce(json_agg(row_to_json(r91)), '[]'::json) AS j 
FROM (SELECT p91.object_type AS "objectType", CASE WHEN (p91.share_id IS NULL) THEN NULL ELSE p91.level END AS level, x92.j AS share 
FROM (SELECT t91.object_type AS object_type, t91.share_id AS share_id, t91.level AS level, t91.place AS place 
FROM (SELECT found.object_type AS object_type, found.record_id AS record_id, found.share_id AS share_id, found.level AS level, found.field_profile_id AS field_profile_id, found.is_own AS is_own, (SELECT json_agg(shown.name ORDER BY shown.name) AS json_agg_3 
FROM (VALUES ('account', 'default', 'name'), ('account', 'default', 'legalName'), ('account', 'default', 'industry'), ('account', 'default', 'id'), ('account', 'default', 'version'), ('account', 'default', 'createdAt'), ('account', 'default', 'updatedAt'), ('case', 'default', 'subject'), ('case', 'default', 'description'), ('case', 'default', 'account'), ('case', 'default', 'contact'), ('case', 'default', 'follows'), ('case', 'default', 'origin'), ('case', 'default', 'type'), ('case', 'default', 'status'), ('case', 'default', 'statusSince'), ('case', 'default', 'firstResponseAt'), ('case', 'default', 'resolvedAt'), ('case', 'default', 'resolutionCode'), ('case', 'default', 'closesAt'), ('case', 'default', 'closedAt'), ('case', 'default', 'id'), ('case', 'default', 'version'), ('case', 'default', 'createdAt'), ('case', 'default', 'updatedAt'), ('contact', 'default', 'name'), ('contact', 'default', 'firstName'), ('contact', 'default', 'lastName'), ('contact', 'default', 'salutation'), ('contact', 'default', 'title'), ('contact', 'pii', 'email'), ('contact', 'pii', 'phone'), ('contact', 'default', 'language'), ('contact', 'default', 'zone'), ('contact', 'default', 'account'), ('contact', 'default', 'id'), ('contact', 'default', 'version'), ('contact', 'default', 'createdAt'), ('contact', 'default', 'updatedAt'), ('opportunity', 'default', 'name'), ('opportunity', 'default', 'account'), ('opportunity', 'default', 'status'), ('opportunity', 'commercial', 'amount'), ('opportunity', 'default', 'currency'), ('opportunity', 'default', 'closeDate'), ('opportunity', 'default', 'closedOn'), ('opportunity', 'default', 'nextStep'), ('opportunity', 'default', 'id'), ('opportunity', 'default', 'version'), ('opportunity', 'default', 'createdAt'), ('opportunity', 'default', 'updatedAt')) AS shown (object, field_set, name) 
WHERE shown.object = found.object_type AND (shown.field_set = 'default' OR found.is_own OR (EXISTS (SELECT 1 
FROM field_profile_sets AS opened 
WHERE opened.tenant_id = $3 AND opened.profile_id = found.field_profile_id AND opened.object = shown.object AND opened.field_set = shown.field_set)))) AS fields, row_number() OVER (ORDER BY found.object_type, found.record_id, found.share_id) AS place 
FROM (SELECT 'account' AS object_type, of_account.id AS record_id, share_of_account.id AS share_id, share_of_account.level AS level, share_of_account.field_profile_id AS field_profile_id, of_account.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.company_id UNION ALL SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, true) AS reach) AS is_own 
FROM (SELECT CAST($9 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $9 AND CAST($10 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN accounts AS of_account ON of_account.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_account ON share_of_account.object_id = of_account.id AND share_of_account.tenant_id = $3 AND share_of_account.object_type = 'account' AND (share_of_account.contact_id = who.contact_id OR share_of_account.account_id = who.company_id OR share_of_account.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_account.revoked_at IS NULL AND (share_of_account.expires_at IS NULL OR share_of_account.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_account.tenant_id = $3 AND of_account.archived_at IS NULL AND (share_of_account.id IS NOT NULL OR of_account.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.company_id UNION ALL SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, true) AS reach)) UNION ALL SELECT 'case' AS object_type, of_case.id AS record_id, share_of_case.id AS share_id, share_of_case.level AS level, share_of_case.field_profile_id AS field_profile_id, CAST(who.company_id AS UUID) IS NULL AND of_case.contact_id = who.contact_id AS is_own 
FROM (SELECT CAST($9 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $9 AND CAST($10 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN cases AS of_case ON of_case.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_case ON share_of_case.object_id = of_case.id AND share_of_case.tenant_id = $3 AND share_of_case.object_type = 'case' AND (share_of_case.contact_id = who.contact_id OR share_of_case.account_id = who.company_id OR share_of_case.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_case.revoked_at IS NULL AND (share_of_case.expires_at IS NULL OR share_of_case.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_case.tenant_id = $3 AND of_case.archived_at IS NULL AND (share_of_case.id IS NOT NULL OR CAST(who.company_id AS UUID) IS NULL AND of_case.contact_id = who.contact_id) UNION ALL SELECT 'contact' AS object_type, of_contact.id AS record_id, share_of_contact.id AS share_id, share_of_contact.level AS level, share_of_contact.field_profile_id AS field_profile_id, of_contact.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.contact_id) AS is_own 
FROM (SELECT CAST($9 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $9 AND CAST($10 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN contacts AS of_contact ON of_contact.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_contact ON share_of_contact.object_id = of_contact.id AND share_of_contact.tenant_id = $3 AND share_of_contact.object_type = 'contact' AND (share_of_contact.contact_id = who.contact_id OR share_of_contact.account_id = who.company_id OR share_of_contact.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_contact.revoked_at IS NULL AND (share_of_contact.expires_at IS NULL OR share_of_contact.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_contact.tenant_id = $3 AND of_contact.archived_at IS NULL AND (share_of_contact.id IS NOT NULL OR of_contact.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.contact_id)) UNION ALL SELECT 'opportunity' AS object_type, of_opportunity.id AS record_id, share_of_opportunity.id AS share_id, share_of_opportunity.level AS level, share_of_opportunity.field_profile_id AS field_profile_id, false AS is_own 
FROM (SELECT CAST($9 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $9 AND CAST($10 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN opportunities AS of_opportunity ON of_opportunity.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_opportunity ON share_of_opportunity.object_id = of_opportunity.id AND share_of_opportunity.tenant_id = $3 AND share_of_opportunity.object_type = 'opportunity' AND (share_of_opportunity.contact_id = who.contact_id OR share_of_opportunity.account_id = who.company_id OR share_of_opportunity.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_opportunity.revoked_at IS NULL AND (share_of_opportunity.expires_at IS NULL OR share_of_opportunity.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_opportunity.tenant_id = $3 AND of_opportunity.archived_at IS NULL AND (share_of_opportunity.id IS NOT NULL OR false)) AS found 
WHERE (EXISTS (SELECT 1 
FROM contacts AS principal 
WHERE principal.tenant_id = $3 AND principal.id = $9 AND principal.archived_at IS NULL)) AND (CAST($10 AS TEXT) != 'PARTNER' OR (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $9 AND CAST($10 AS TEXT) = 'PARTNER') IS NOT NULL) ORDER BY place 
 LIMIT 1000) AS t91 ORDER BY t91.place 
 LIMIT 1000) AS p91 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r92) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t92.id), 'hex') AS id 
FROM record_shares AS t92 
WHERE t92.tenant_id = $3 AND t92.id = p91.share_id) AS r92) AS x92 ON true ORDER BY p91.place) AS r91) AS ended) AS r) END AS anon_1

-- sales_rep: 11 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r1)), '[]'::json) AS j 
FROM (SELECT p1.object_type AS "objectType", CASE WHEN (p1.share_id IS NULL) THEN NULL ELSE p1.level END AS level, p1.fields AS fields, coalesce(x2.j, x3.j, x4.j, x5.j, x6.j, x7.j, x8.j, x9.j, x10.j, x11.j, x12.j, x13.j, x14.j, x15.j, x16.j, x17.j, x18.j, x19.j, x20.j, x21.j, x22.j, x23.j, x24.j, x25.j, x26.j, x27.j, x28.j, x29.j, x30.j, x31.j, x32.j, x33.j, x34.j, x35.j, x36.j, x37.j, x38.j, x39.j, x40.j, x41.j) AS record, x42.j AS share 
FROM (SELECT t1.object_type AS object_type, t1.share_id AS share_id, t1.level AS level, t1.fields AS fields, t1.record_id AS record_id, t1.place AS place 
FROM (SELECT found.object_type AS object_type, found.record_id AS record_id, found.share_id AS share_id, found.level AS level, found.field_profile_id AS field_profile_id, found.is_own AS is_own, (SELECT json_agg(shown.name ORDER BY shown.name) AS json_agg_1 
FROM (VALUES ('account', 'default', 'name'), ('account', 'default', 'legalName'), ('account', 'default', 'industry'), ('account', 'default', 'id'), ('account', 'default', 'version'), ('account', 'default', 'createdAt'), ('account', 'default', 'updatedAt'), ('case', 'default', 'subject'), ('case', 'default', 'description'), ('case', 'default', 'account'), ('case', 'default', 'contact'), ('case', 'default', 'follows'), ('case', 'default', 'origin'), ('case', 'default', 'type'), ('case', 'default', 'status'), ('case', 'default', 'statusSince'), ('case', 'default', 'firstResponseAt'), ('case', 'default', 'resolvedAt'), ('case', 'default', 'resolutionCode'), ('case', 'default', 'closesAt'), ('case', 'default', 'closedAt'), ('case', 'default', 'id'), ('case', 'default', 'version'), ('case', 'default', 'createdAt'), ('case', 'default', 'updatedAt'), ('contact', 'default', 'name'), ('contact', 'default', 'firstName'), ('contact', 'default', 'lastName'), ('contact', 'default', 'salutation'), ('contact', 'default', 'title'), ('contact', 'pii', 'email'), ('contact', 'pii', 'phone'), ('contact', 'default', 'language'), ('contact', 'default', 'zone'), ('contact', 'default', 'account'), ('contact', 'default', 'id'), ('contact', 'default', 'version'), ('contact', 'default', 'createdAt'), ('contact', 'default', 'updatedAt'), ('opportunity', 'default', 'name'), ('opportunity', 'default', 'account'), ('opportunity', 'default', 'status'), ('opportunity', 'commercial', 'amount'), ('opportunity', 'default', 'currency'), ('opportunity', 'default', 'closeDate'), ('opportunity', 'default', 'closedOn'), ('opportunity', 'default', 'nextStep'), ('opportunity', 'default', 'id'), ('opportunity', 'default', 'version'), ('opportunity', 'default', 'createdAt'), ('opportunity', 'default', 'updatedAt')) AS shown (object, field_set, name) 
WHERE shown.object = found.object_type AND (shown.field_set = 'default' OR found.is_own OR (EXISTS (SELECT 1 
FROM field_profile_sets AS opened 
WHERE opened.tenant_id = $3 AND opened.profile_id = found.field_profile_id AND opened.object = shown.object AND opened.field_set = shown.field_set)))) AS fields, row_number() OVER (ORDER BY found.object_type, found.record_id, found.share_id) AS place 
FROM (SELECT 'account' AS object_type, of_account.id AS record_id, share_of_account.id AS share_id, share_of_account.level AS level, share_of_account.field_profile_id AS field_profile_id, of_account.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.company_id UNION ALL SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, true) AS reach) AS is_own 
FROM (SELECT CAST($4 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $5 AND person.id = $4 AND CAST($6 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN accounts AS of_account ON of_account.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_account ON share_of_account.object_id = of_account.id AND share_of_account.tenant_id = $3 AND share_of_account.object_type = 'account' AND (share_of_account.contact_id = who.contact_id OR share_of_account.account_id = who.company_id OR share_of_account.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_account.revoked_at IS NULL AND (share_of_account.expires_at IS NULL OR share_of_account.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_account.tenant_id = $3 AND of_account.archived_at IS NULL AND (share_of_account.id IS NOT NULL OR of_account.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.company_id UNION ALL SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, true) AS reach)) UNION ALL SELECT 'case' AS object_type, of_case.id AS record_id, share_of_case.id AS share_id, share_of_case.level AS level, share_of_case.field_profile_id AS field_profile_id, CAST(who.company_id AS UUID) IS NULL AND of_case.contact_id = who.contact_id AS is_own 
FROM (SELECT CAST($4 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $5 AND person.id = $4 AND CAST($6 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN cases AS of_case ON of_case.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_case ON share_of_case.object_id = of_case.id AND share_of_case.tenant_id = $3 AND share_of_case.object_type = 'case' AND (share_of_case.contact_id = who.contact_id OR share_of_case.account_id = who.company_id OR share_of_case.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_case.revoked_at IS NULL AND (share_of_case.expires_at IS NULL OR share_of_case.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_case.tenant_id = $3 AND of_case.archived_at IS NULL AND (share_of_case.id IS NOT NULL OR CAST(who.company_id AS UUID) IS NULL AND of_case.contact_id = who.contact_id) UNION ALL SELECT 'contact' AS object_type, of_contact.id AS record_id, share_of_contact.id AS share_id, share_of_contact.level AS level, share_of_contact.field_profile_id AS field_profile_id, of_contact.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.contact_id) AS is_own 
FROM (SELECT CAST($4 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $5 AND person.id = $4 AND CAST($6 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN contacts AS of_contact ON of_contact.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_contact ON share_of_contact.object_id = of_contact.id AND share_of_contact.tenant_id = $3 AND share_of_contact.object_type = 'contact' AND (share_of_contact.contact_id = who.contact_id OR share_of_contact.account_id = who.company_id OR share_of_contact.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_contact.revoked_at IS NULL AND (share_of_contact.expires_at IS NULL OR share_of_contact.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_contact.tenant_id = $3 AND of_contact.archived_at IS NULL AND (share_of_contact.id IS NOT NULL OR of_contact.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.contact_id)) UNION ALL SELECT 'opportunity' AS object_type, of_opportunity.id AS record_id, share_of_opportunity.id AS share_id, share_of_opportunity.level AS level, share_of_opportunity.field_profile_id AS field_profile_id, false AS is_own 
FROM (SELECT CAST($4 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $5 AND person.id = $4 AND CAST($6 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN opportunities AS of_opportunity ON of_opportunity.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_opportunity ON share_of_opportunity.object_id = of_opportunity.id AND share_of_opportunity.tenant_id = $3 AND share_of_opportunity.object_type = 'opportunity' AND (share_of_opportunity.contact_id = who.contact_id OR share_of_opportunity.account_id = who.company_id OR share_of_opportunity.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_opportunity.revoked_at IS NULL AND (share_of_opportunity.expires_at IS NULL OR share_of_opportunity.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_opportunity.tenant_id = $3 AND of_opportunity.archived_at IS NULL AND (share_of_opportunity.id IS NOT NULL OR false)) AS found 
WHERE false ORDER BY place 
 LIMIT 1000) AS t1 ORDER BY t1.place 
 LIMIT 1000) AS p1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t2.id), 'hex') AS id 
FROM accounts AS t2 
WHERE t2.tenant_id = $3 AND t2.owner_id = $5 AND t2.id = p1.record_id AND p1.object_type = 'account') AS r2) AS x2 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT 'bhr_' || encode(uuid_send(t3.id), 'hex') AS id 
FROM business_hours AS t3 
WHERE t3.tenant_id = $3 AND t3.id = p1.record_id AND p1.object_type = 'business_hours') AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT 'cas_' || encode(uuid_send(t4.id), 'hex') AS id 
FROM cases AS t4 
WHERE t4.tenant_id = $3 AND t4.id = p1.record_id AND p1.object_type = 'case') AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT 'cer_' || encode(uuid_send(t5.id), 'hex') AS id 
FROM certifications AS t5 
WHERE t5.tenant_id = $3 AND false AND t5.id = p1.record_id AND p1.object_type = 'certification') AS r5) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r6) AS j 
FROM (SELECT 'cpl_' || encode(uuid_send(t6.id), 'hex') AS id 
FROM commission_plans AS t6 
WHERE t6.tenant_id = $3 AND false AND t6.id = p1.record_id AND p1.object_type = 'commission_plan') AS r6) AS x6 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT 'con_' || encode(uuid_send(t7.id), 'hex') AS id 
FROM contacts AS t7 
WHERE t7.tenant_id = $3 AND t7.owner_id = $5 AND t7.id = p1.record_id AND p1.object_type = 'contact') AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT 'dlr_' || encode(uuid_send(t8.id), 'hex') AS id 
FROM deal_registrations AS t8 
WHERE t8.tenant_id = $3 AND false AND t8.id = p1.record_id AND p1.object_type = 'deal_registration') AS r8) AS x8 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT 'ent_' || encode(uuid_send(t9.id), 'hex') AS id 
FROM entitlements AS t9 
WHERE t9.tenant_id = $3 AND false AND t9.id = p1.record_id AND p1.object_type = 'entitlement') AS r9) AS x9 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT 'esr_' || encode(uuid_send(t10.id), 'hex') AS id 
FROM escalation_rules AS t10 
WHERE t10.tenant_id = $3 AND t10.id = p1.record_id AND p1.object_type = 'escalation_rule') AS r10) AS x10 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r11) AS j 
FROM (SELECT 'fpr_' || encode(uuid_send(t11.id), 'hex') AS id 
FROM field_profiles AS t11 
WHERE t11.tenant_id = $3 AND false AND t11.id = p1.record_id AND p1.object_type = 'field_profile') AS r11) AS x11 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT 'hol_' || encode(uuid_send(t12.id), 'hex') AS id 
FROM holiday_calendars AS t12 
WHERE t12.tenant_id = $3 AND t12.id = p1.record_id AND p1.object_type = 'holiday_calendar') AS r12) AS x12 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT 'kba_' || encode(uuid_send(t13.id), 'hex') AS id 
FROM knowledge_articles AS t13 
WHERE t13.tenant_id = $3 AND t13.id = p1.record_id AND p1.object_type = 'knowledge_article') AS r13) AS x13 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r14) AS j 
FROM (SELECT 'lea_' || encode(uuid_send(t14.id), 'hex') AS id 
FROM leads AS t14 
WHERE t14.tenant_id = $3 AND t14.owner_id = $5 AND t14.id = p1.record_id AND p1.object_type = 'lead') AS r14) AS x14 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r15) AS j 
FROM (SELECT 'opp_' || encode(uuid_send(t15.id), 'hex') AS id 
FROM opportunities AS t15 
WHERE t15.tenant_id = $3 AND t15.owner_id = $5 AND t15.id = p1.record_id AND p1.object_type = 'opportunity') AS r15) AS x15 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT 'pce_' || encode(uuid_send(t16.id), 'hex') AS id 
FROM partner_certifications AS t16 
WHERE t16.tenant_id = $3 AND false AND t16.id = p1.record_id AND p1.object_type = 'partner_certification') AS r16) AS x16 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r17) AS j 
FROM (SELECT 'pco_' || encode(uuid_send(t17.id), 'hex') AS id 
FROM partner_commissions AS t17 
WHERE t17.tenant_id = $3 AND false AND t17.id = p1.record_id AND p1.object_type = 'partner_commission') AS r17) AS x17 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r18) AS j 
FROM (SELECT 'pcn_' || encode(uuid_send(t18.id), 'hex') AS id 
FROM partner_commission_entries AS t18 
WHERE t18.tenant_id = $3 AND false AND t18.id = p1.record_id AND p1.object_type = 'partner_commission_entry') AS r18) AS x18 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r19) AS j 
FROM (SELECT 'pcs_' || encode(uuid_send(t19.id), 'hex') AS id 
FROM partner_commission_statements AS t19 
WHERE t19.tenant_id = $3 AND false AND t19.id = p1.record_id AND p1.object_type = 'partner_commission_statement') AS r19) AS x19 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r20) AS j 
FROM (SELECT 'mda_' || encode(uuid_send(t20.id), 'hex') AS id 
FROM partner_fund_allocations AS t20 
WHERE t20.tenant_id = $3 AND false AND t20.id = p1.record_id AND p1.object_type = 'partner_fund_allocation') AS r20) AS x20 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r21) AS j 
FROM (SELECT 'mdc_' || encode(uuid_send(t21.id), 'hex') AS id 
FROM partner_fund_claims AS t21 
WHERE t21.tenant_id = $3 AND false AND t21.id = p1.record_id AND p1.object_type = 'partner_fund_claim') AS r21) AS x21 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r22) AS j 
FROM (SELECT 'mdf_' || encode(uuid_send(t22.id), 'hex') AS id 
FROM partner_fund_requests AS t22 
WHERE t22.tenant_id = $3 AND false AND t22.id = p1.record_id AND p1.object_type = 'partner_fund_request') AS r22) AS x22 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r23) AS j 
FROM (SELECT 'plo_' || encode(uuid_send(t23.id), 'hex') AS id 
FROM partner_lead_offers AS t23 
WHERE t23.tenant_id = $3 AND false AND t23.id = p1.record_id AND p1.object_type = 'partner_lead_offer') AS r23) AS x23 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r24) AS j 
FROM (SELECT 'plp_' || encode(uuid_send(t24.id), 'hex') AS id 
FROM partner_lead_profiles AS t24 
WHERE t24.tenant_id = $3 AND false AND t24.id = p1.record_id AND p1.object_type = 'partner_lead_profile') AS r24) AS x24 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r25) AS j 
FROM (SELECT 'mdb_' || encode(uuid_send(t25.id), 'hex') AS id 
FROM partner_marketing_budgets AS t25 
WHERE t25.tenant_id = $3 AND false AND t25.id = p1.record_id AND p1.object_type = 'partner_marketing_budget') AS r25) AS x25 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r26) AS j 
FROM (SELECT 'pmb_' || encode(uuid_send(t26.id), 'hex') AS id 
FROM partner_memberships AS t26 
WHERE t26.tenant_id = $3 AND false AND t26.id = p1.record_id AND p1.object_type = 'partner_membership') AS r26) AS x26 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r27) AS j 
FROM (SELECT 'prg_' || encode(uuid_send(t27.id), 'hex') AS id 
FROM partner_programs AS t27 
WHERE t27.tenant_id = $3 AND false AND t27.id = p1.record_id AND p1.object_type = 'partner_program') AS r27) AS x27 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r28) AS j 
FROM (SELECT 'pti_' || encode(uuid_send(t28.id), 'hex') AS id 
FROM partner_tiers AS t28 
WHERE t28.tenant_id = $3 AND false AND t28.id = p1.record_id AND p1.object_type = 'partner_tier') AS r28) AS x28 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r29) AS j 
FROM (SELECT 'pus_' || encode(uuid_send(t29.id), 'hex') AS id 
FROM partner_users AS t29 
WHERE t29.tenant_id = $3 AND false AND t29.id = p1.record_id AND p1.object_type = 'partner_user') AS r29) AS x29 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r30) AS j 
FROM (SELECT 'pip_' || encode(uuid_send(t30.id), 'hex') AS id 
FROM pipelines AS t30 
WHERE t30.tenant_id = $3 AND t30.id = p1.record_id AND p1.object_type = 'pipeline') AS r30) AS x30 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r31) AS j 
FROM (SELECT 'prd_' || encode(uuid_send(t31.id), 'hex') AS id 
FROM products AS t31 
WHERE t31.tenant_id = $3 AND t31.id = p1.record_id AND p1.object_type = 'product') AS r31) AS x31 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r32) AS j 
FROM (SELECT 'que_' || encode(uuid_send(t32.id), 'hex') AS id 
FROM queues AS t32 
WHERE t32.tenant_id = $3 AND t32.id = p1.record_id AND p1.object_type = 'queue') AS r32) AS x32 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r33) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t33.id), 'hex') AS id 
FROM record_shares AS t33 
WHERE t33.tenant_id = $3 AND false AND t33.id = p1.record_id AND p1.object_type = 'record_share') AS r33) AS x33 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r34) AS j 
FROM (SELECT 'rol_' || encode(uuid_send(t34.id), 'hex') AS id 
FROM roles AS t34 
WHERE t34.tenant_id = $3 AND false AND t34.id = p1.record_id AND p1.object_type = 'role') AS r34) AS x34 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r35) AS j 
FROM (SELECT 'sat_' || encode(uuid_send(t35.id), 'hex') AS id 
FROM satisfaction_requests AS t35 
WHERE t35.tenant_id = $3 AND false AND t35.id = p1.record_id AND p1.object_type = 'satisfaction_request') AS r35) AS x35 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r36) AS j 
FROM (SELECT 'sla_' || encode(uuid_send(t36.id), 'hex') AS id 
FROM sla_policies AS t36 
WHERE t36.tenant_id = $3 AND t36.id = p1.record_id AND p1.object_type = 'sla_policy') AS r36) AS x36 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r37) AS j 
FROM (SELECT 'stg_' || encode(uuid_send(t37.id), 'hex') AS id 
FROM stages AS t37 
WHERE t37.tenant_id = $3 AND t37.id = p1.record_id AND p1.object_type = 'stage') AS r37) AS x37 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r38) AS j 
FROM (SELECT 'tea_' || encode(uuid_send(t38.id), 'hex') AS id 
FROM teams AS t38 
WHERE t38.tenant_id = $3 AND t38.id = p1.record_id AND p1.object_type = 'team') AS r38) AS x38 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r39) AS j 
FROM (SELECT 'tok_' || encode(uuid_send(t39.id), 'hex') AS id 
FROM tokens AS t39 
WHERE t39.tenant_id = $3 AND false AND t39.id = p1.record_id AND p1.object_type = 'token') AS r39) AS x39 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r40) AS j 
FROM (SELECT 'usr_' || encode(uuid_send(t40.id), 'hex') AS id 
FROM users AS t40 
WHERE t40.tenant_id = $3 AND t40.id = p1.record_id AND p1.object_type = 'user') AS r40) AS x40 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r41) AS j 
FROM (SELECT 'whk_' || encode(uuid_send(t41.id), 'hex') AS id 
FROM webhook_endpoints AS t41 
WHERE t41.tenant_id = $3 AND false AND t41.id = p1.record_id AND p1.object_type = 'webhook_endpoint') AS r41) AS x41 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r42) AS j 
FROM (SELECT t42.level AS level, x43.j AS account, x44.j AS contact, x45.j AS "fieldProfile" 
FROM record_shares AS t42 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r43) AS j 
FROM (SELECT t43.name AS name 
FROM accounts AS t43 
WHERE t43.tenant_id = $3 AND t43.owner_id = $5 AND t43.id = t42.account_id) AS r43) AS x43 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r44) AS j 
FROM (SELECT t44.name AS name 
FROM contacts AS t44 
WHERE t44.tenant_id = $3 AND t44.owner_id = $5 AND t44.id = t42.contact_id) AS r44) AS x44 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r45) AS j 
FROM (SELECT t45.name AS name 
FROM field_profiles AS t45 
WHERE t45.tenant_id = $3 AND false AND t45.id = t42.field_profile_id) AS r45) AS x45 ON true 
WHERE t42.tenant_id = $3 AND false AND t42.id = p1.share_id) AS r42) AS x42 ON true ORDER BY p1.place) AS r1) AS partner, (SELECT coalesce(json_agg(row_to_json(r46)), '[]'::json) AS j 
FROM (SELECT p46.object_type AS "objectType", CASE WHEN (p46.share_id IS NULL) THEN NULL ELSE p46.level END AS level, p46.fields AS fields, coalesce(x47.j, x48.j, x49.j, x50.j, x51.j, x52.j, x53.j, x54.j, x55.j, x56.j, x57.j, x58.j, x59.j, x60.j, x61.j, x62.j, x63.j, x64.j, x65.j, x66.j, x67.j, x68.j, x69.j, x70.j, x71.j, x72.j, x73.j, x74.j, x75.j, x76.j, x77.j, x78.j, x79.j, x80.j, x81.j, x82.j, x83.j, x84.j, x85.j, x86.j) AS record, x87.j AS share 
FROM (SELECT t46.object_type AS object_type, t46.share_id AS share_id, t46.level AS level, t46.fields AS fields, t46.record_id AS record_id, t46.place AS place 
FROM (SELECT found.object_type AS object_type, found.record_id AS record_id, found.share_id AS share_id, found.level AS level, found.field_profile_id AS field_profile_id, found.is_own AS is_own, (SELECT json_agg(shown.name ORDER BY shown.name) AS json_agg_2 
FROM (VALUES ('account', 'default', 'name'), ('account', 'default', 'legalName'), ('account', 'default', 'industry'), ('account', 'default', 'id'), ('account', 'default', 'version'), ('account', 'default', 'createdAt'), ('account', 'default', 'updatedAt'), ('case', 'default', 'subject'), ('case', 'default', 'description'), ('case', 'default', 'account'), ('case', 'default', 'contact'), ('case', 'default', 'follows'), ('case', 'default', 'origin'), ('case', 'default', 'type'), ('case', 'default', 'status'), ('case', 'default', 'statusSince'), ('case', 'default', 'firstResponseAt'), ('case', 'default', 'resolvedAt'), ('case', 'default', 'resolutionCode'), ('case', 'default', 'closesAt'), ('case', 'default', 'closedAt'), ('case', 'default', 'id'), ('case', 'default', 'version'), ('case', 'default', 'createdAt'), ('case', 'default', 'updatedAt'), ('contact', 'default', 'name'), ('contact', 'default', 'firstName'), ('contact', 'default', 'lastName'), ('contact', 'default', 'salutation'), ('contact', 'default', 'title'), ('contact', 'pii', 'email'), ('contact', 'pii', 'phone'), ('contact', 'default', 'language'), ('contact', 'default', 'zone'), ('contact', 'default', 'account'), ('contact', 'default', 'id'), ('contact', 'default', 'version'), ('contact', 'default', 'createdAt'), ('contact', 'default', 'updatedAt'), ('opportunity', 'default', 'name'), ('opportunity', 'default', 'account'), ('opportunity', 'default', 'status'), ('opportunity', 'commercial', 'amount'), ('opportunity', 'default', 'currency'), ('opportunity', 'default', 'closeDate'), ('opportunity', 'default', 'closedOn'), ('opportunity', 'default', 'nextStep'), ('opportunity', 'default', 'id'), ('opportunity', 'default', 'version'), ('opportunity', 'default', 'createdAt'), ('opportunity', 'default', 'updatedAt')) AS shown (object, field_set, name) 
WHERE shown.object = found.object_type AND (shown.field_set = 'default' OR found.is_own OR (EXISTS (SELECT 1 
FROM field_profile_sets AS opened 
WHERE opened.tenant_id = $3 AND opened.profile_id = found.field_profile_id AND opened.object = shown.object AND opened.field_set = shown.field_set)))) AS fields, row_number() OVER (ORDER BY found.object_type, found.record_id, found.share_id) AS place 
FROM (SELECT 'account' AS object_type, of_account.id AS record_id, share_of_account.id AS share_id, share_of_account.level AS level, share_of_account.field_profile_id AS field_profile_id, of_account.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.company_id UNION ALL SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, true) AS reach) AS is_own 
FROM (SELECT CAST($8 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $5 AND person.id = $8 AND CAST($9 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN accounts AS of_account ON of_account.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_account ON share_of_account.object_id = of_account.id AND share_of_account.tenant_id = $3 AND share_of_account.object_type = 'account' AND (share_of_account.contact_id = who.contact_id OR share_of_account.account_id = who.company_id OR share_of_account.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_account.revoked_at IS NULL AND (share_of_account.expires_at IS NULL OR share_of_account.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_account.tenant_id = $3 AND of_account.archived_at IS NULL AND (share_of_account.id IS NOT NULL OR of_account.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.company_id UNION ALL SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, true) AS reach)) UNION ALL SELECT 'case' AS object_type, of_case.id AS record_id, share_of_case.id AS share_id, share_of_case.level AS level, share_of_case.field_profile_id AS field_profile_id, CAST(who.company_id AS UUID) IS NULL AND of_case.contact_id = who.contact_id AS is_own 
FROM (SELECT CAST($8 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $5 AND person.id = $8 AND CAST($9 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN cases AS of_case ON of_case.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_case ON share_of_case.object_id = of_case.id AND share_of_case.tenant_id = $3 AND share_of_case.object_type = 'case' AND (share_of_case.contact_id = who.contact_id OR share_of_case.account_id = who.company_id OR share_of_case.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_case.revoked_at IS NULL AND (share_of_case.expires_at IS NULL OR share_of_case.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_case.tenant_id = $3 AND of_case.archived_at IS NULL AND (share_of_case.id IS NOT NULL OR CAST(who.company_id AS UUID) IS NULL AND of_case.contact_id = who.contact_id) UNION ALL SELECT 'contact' AS object_type, of_contact.id AS record_id, share_of_contact.id AS share_id, share_of_contact.level AS level, share_of_contact.field_profile_id AS field_profile_id, of_contact.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.contact_id) AS is_own 
FROM (SELECT CAST($8 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $5 AND person.id = $8 AND CAST($9 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN contacts AS of_contact ON of_contact.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_contact ON share_of_contact.object_id = of_contact.id AND share_of_contact.tenant_id = $3 AND share_of_contact.object_type = 'contact' AND (share_of_contact.contact_id = who.contact_id OR share_of_contact.account_id = who.company_id OR share_of_contact.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_contact.revoked_at IS NULL AND (share_of_contact.expires_at IS NULL OR share_of_contact.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_contact.tenant_id = $3 AND of_contact.archived_at IS NULL AND (share_of_contact.id IS NOT NULL OR of_contact.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.contact_id)) UNION ALL SELECT 'opportunity' AS object_type, of_opportunity.id AS record_id, share_of_opportunity.id AS share_id, share_of_opportunity.level AS level, share_of_opportunity.field_profile_id AS field_profile_id, false AS is_own 
FROM (SELECT CAST($8 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $5 AND person.id = $8 AND CAST($9 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN opportunities AS of_opportunity ON of_opportunity.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_opportunity ON share_of_opportunity.object_id = of_opportunity.id AND share_of_opportunity.tenant_id = $3 AND share_of_opportunity.object_type = 'opportunity' AND (share_of_opportunity.contact_id = who.contact_id OR share_of_opportunity.account_id = who.company_id OR share_of_opportunity.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_opportunity.revoked_at IS NULL AND (share_of_opportunity.expires_at IS NULL OR share_of_opportunity.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_opportunity.tenant_id = $3 AND of_opportunity.archived_at IS NULL AND (share_of_opportunity.id IS NOT NULL OR false)) AS found 
WHERE false ORDER BY place 
 LIMIT 1000) AS t46 ORDER BY t46.place 
 LIMIT 1000) AS p46 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r47) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t47.id), 'hex') AS id 
FROM accounts AS t47 
WHERE t47.tenant_id = $3 AND t47.owner_id = $5 AND t47.id = p46.record_id AND p46.object_type = 'account') AS r47) AS x47 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r48) AS j 
FROM (SELECT 'bhr_' || encode(uuid_send(t48.id), 'hex') AS id 
FROM business_hours AS t48 
WHERE t48.tenant_id = $3 AND t48.id = p46.record_id AND p46.object_type = 'business_hours') AS r48) AS x48 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r49) AS j 
FROM (SELECT 'cas_' || encode(uuid_send(t49.id), 'hex') AS id 
FROM cases AS t49 
WHERE t49.tenant_id = $3 AND t49.id = p46.record_id AND p46.object_type = 'case') AS r49) AS x49 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r50) AS j 
FROM (SELECT 'cer_' || encode(uuid_send(t50.id), 'hex') AS id 
FROM certifications AS t50 
WHERE t50.tenant_id = $3 AND false AND t50.id = p46.record_id AND p46.object_type = 'certification') AS r50) AS x50 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r51) AS j 
FROM (SELECT 'cpl_' || encode(uuid_send(t51.id), 'hex') AS id 
FROM commission_plans AS t51 
WHERE t51.tenant_id = $3 AND false AND t51.id = p46.record_id AND p46.object_type = 'commission_plan') AS r51) AS x51 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r52) AS j 
FROM (SELECT 'con_' || encode(uuid_send(t52.id), 'hex') AS id 
FROM contacts AS t52 
WHERE t52.tenant_id = $3 AND t52.owner_id = $5 AND t52.id = p46.record_id AND p46.object_type = 'contact') AS r52) AS x52 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r53) AS j 
FROM (SELECT 'dlr_' || encode(uuid_send(t53.id), 'hex') AS id 
FROM deal_registrations AS t53 
WHERE t53.tenant_id = $3 AND false AND t53.id = p46.record_id AND p46.object_type = 'deal_registration') AS r53) AS x53 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r54) AS j 
FROM (SELECT 'ent_' || encode(uuid_send(t54.id), 'hex') AS id 
FROM entitlements AS t54 
WHERE t54.tenant_id = $3 AND false AND t54.id = p46.record_id AND p46.object_type = 'entitlement') AS r54) AS x54 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r55) AS j 
FROM (SELECT 'esr_' || encode(uuid_send(t55.id), 'hex') AS id 
FROM escalation_rules AS t55 
WHERE t55.tenant_id = $3 AND t55.id = p46.record_id AND p46.object_type = 'escalation_rule') AS r55) AS x55 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r56) AS j 
FROM (SELECT 'fpr_' || encode(uuid_send(t56.id), 'hex') AS id 
FROM field_profiles AS t56 
WHERE t56.tenant_id = $3 AND false AND t56.id = p46.record_id AND p46.object_type = 'field_profile') AS r56) AS x56 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r57) AS j 
FROM (SELECT 'hol_' || encode(uuid_send(t57.id), 'hex') AS id 
FROM holiday_calendars AS t57 
WHERE t57.tenant_id = $3 AND t57.id = p46.record_id AND p46.object_type = 'holiday_calendar') AS r57) AS x57 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r58) AS j 
FROM (SELECT 'kba_' || encode(uuid_send(t58.id), 'hex') AS id 
FROM knowledge_articles AS t58 
WHERE t58.tenant_id = $3 AND t58.id = p46.record_id AND p46.object_type = 'knowledge_article') AS r58) AS x58 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r59) AS j 
FROM (SELECT 'lea_' || encode(uuid_send(t59.id), 'hex') AS id 
FROM leads AS t59 
WHERE t59.tenant_id = $3 AND t59.owner_id = $5 AND t59.id = p46.record_id AND p46.object_type = 'lead') AS r59) AS x59 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r60) AS j 
FROM (SELECT 'opp_' || encode(uuid_send(t60.id), 'hex') AS id 
FROM opportunities AS t60 
WHERE t60.tenant_id = $3 AND t60.owner_id = $5 AND t60.id = p46.record_id AND p46.object_type = 'opportunity') AS r60) AS x60 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r61) AS j 
FROM (SELECT 'pce_' || encode(uuid_send(t61.id), 'hex') AS id 
FROM partner_certifications AS t61 
WHERE t61.tenant_id = $3 AND false AND t61.id = p46.record_id AND p46.object_type = 'partner_certification') AS r61) AS x61 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r62) AS j 
FROM (SELECT 'pco_' || encode(uuid_send(t62.id), 'hex') AS id 
FROM partner_commissions AS t62 
WHERE t62.tenant_id = $3 AND false AND t62.id = p46.record_id AND p46.object_type = 'partner_commission') AS r62) AS x62 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r63) AS j 
FROM (SELECT 'pcn_' || encode(uuid_send(t63.id), 'hex') AS id 
FROM partner_commission_entries AS t63 
WHERE t63.tenant_id = $3 AND false AND t63.id = p46.record_id AND p46.object_type = 'partner_commission_entry') AS r63) AS x63 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r64) AS j 
FROM (SELECT 'pcs_' || encode(uuid_send(t64.id), 'hex') AS id 
FROM partner_commission_statements AS t64 
WHERE t64.tenant_id = $3 AND false AND t64.id = p46.record_id AND p46.object_type = 'partner_commission_statement') AS r64) AS x64 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r65) AS j 
FROM (SELECT 'mda_' || encode(uuid_send(t65.id), 'hex') AS id 
FROM partner_fund_allocations AS t65 
WHERE t65.tenant_id = $3 AND false AND t65.id = p46.record_id AND p46.object_type = 'partner_fund_allocation') AS r65) AS x65 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r66) AS j 
FROM (SELECT 'mdc_' || encode(uuid_send(t66.id), 'hex') AS id 
FROM partner_fund_claims AS t66 
WHERE t66.tenant_id = $3 AND false AND t66.id = p46.record_id AND p46.object_type = 'partner_fund_claim') AS r66) AS x66 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r67) AS j 
FROM (SELECT 'mdf_' || encode(uuid_send(t67.id), 'hex') AS id 
FROM partner_fund_requests AS t67 
WHERE t67.tenant_id = $3 AND false AND t67.id = p46.record_id AND p46.object_type = 'partner_fund_request') AS r67) AS x67 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r68) AS j 
FROM (SELECT 'plo_' || encode(uuid_send(t68.id), 'hex') AS id 
FROM partner_lead_offers AS t68 
WHERE t68.tenant_id = $3 AND false AND t68.id = p46.record_id AND p46.object_type = 'partner_lead_offer') AS r68) AS x68 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r69) AS j 
FROM (SELECT 'plp_' || encode(uuid_send(t69.id), 'hex') AS id 
FROM partner_lead_profiles AS t69 
WHERE t69.tenant_id = $3 AND false AND t69.id = p46.record_id AND p46.object_type = 'partner_lead_profile') AS r69) AS x69 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r70) AS j 
FROM (SELECT 'mdb_' || encode(uuid_send(t70.id), 'hex') AS id 
FROM partner_marketing_budgets AS t70 
WHERE t70.tenant_id = $3 AND false AND t70.id = p46.record_id AND p46.object_type = 'partner_marketing_budget') AS r70) AS x70 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r71) AS j 
FROM (SELECT 'pmb_' || encode(uuid_send(t71.id), 'hex') AS id 
FROM partner_memberships AS t71 
WHERE t71.tenant_id = $3 AND false AND t71.id = p46.record_id AND p46.object_type = 'partner_membership') AS r71) AS x71 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r72) AS j 
FROM (SELECT 'prg_' || encode(uuid_send(t72.id), 'hex') AS id 
FROM partner_programs AS t72 
WHERE t72.tenant_id = $3 AND false AND t72.id = p46.record_id AND p46.object_type = 'partner_program') AS r72) AS x72 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r73) AS j 
FROM (SELECT 'pti_' || encode(uuid_send(t73.id), 'hex') AS id 
FROM partner_tiers AS t73 
WHERE t73.tenant_id = $3 AND false AND t73.id = p46.record_id AND p46.object_type = 'partner_tier') AS r73) AS x73 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r74) AS j 
FROM (SELECT 'pus_' || encode(uuid_send(t74.id), 'hex') AS id 
FROM partner_users AS t74 
WHERE t74.tenant_id = $3 AND false AND t74.id = p46.record_id AND p46.object_type = 'partner_user') AS r74) AS x74 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r75) AS j 
FROM (SELECT 'pip_' || encode(uuid_send(t75.id), 'hex') AS id 
FROM pipelines AS t75 
WHERE t75.tenant_id = $3 AND t75.id = p46.record_id AND p46.object_type = 'pipeline') AS r75) AS x75 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r76) AS j 
FROM (SELECT 'prd_' || encode(uuid_send(t76.id), 'hex') AS id 
FROM products AS t76 
WHERE t76.tenant_id = $3 AND t76.id = p46.record_id AND p46.object_type = 'product') AS r76) AS x76 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r77) AS j 
FROM (SELECT 'que_' || encode(uuid_send(t77.id), 'hex') AS id 
FROM queues AS t77 
WHERE t77.tenant_id = $3 AND t77.id = p46.record_id AND p46.object_type = 'queue') AS r77) AS x77 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r78) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t78.id), 'hex') AS id 
FROM record_shares AS t78 
WHERE t78.tenant_id = $3 AND false AND t78.id = p46.record_id AND p46.object_type = 'record_share') AS r78) AS x78 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r79) AS j 
FROM (SELECT 'rol_' || encode(uuid_send(t79.id), 'hex') AS id 
FROM roles AS t79 
WHERE t79.tenant_id = $3 AND false AND t79.id = p46.record_id AND p46.object_type = 'role') AS r79) AS x79 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r80) AS j 
FROM (SELECT 'sat_' || encode(uuid_send(t80.id), 'hex') AS id 
FROM satisfaction_requests AS t80 
WHERE t80.tenant_id = $3 AND false AND t80.id = p46.record_id AND p46.object_type = 'satisfaction_request') AS r80) AS x80 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r81) AS j 
FROM (SELECT 'sla_' || encode(uuid_send(t81.id), 'hex') AS id 
FROM sla_policies AS t81 
WHERE t81.tenant_id = $3 AND t81.id = p46.record_id AND p46.object_type = 'sla_policy') AS r81) AS x81 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r82) AS j 
FROM (SELECT 'stg_' || encode(uuid_send(t82.id), 'hex') AS id 
FROM stages AS t82 
WHERE t82.tenant_id = $3 AND t82.id = p46.record_id AND p46.object_type = 'stage') AS r82) AS x82 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r83) AS j 
FROM (SELECT 'tea_' || encode(uuid_send(t83.id), 'hex') AS id 
FROM teams AS t83 
WHERE t83.tenant_id = $3 AND t83.id = p46.record_id AND p46.object_type = 'team') AS r83) AS x83 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r84) AS j 
FROM (SELECT 'tok_' || encode(uuid_send(t84.id), 'hex') AS id 
FROM tokens AS t84 
WHERE t84.tenant_id = $3 AND false AND t84.id = p46.record_id AND p46.object_type = 'token') AS r84) AS x84 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r85) AS j 
FROM (SELECT 'usr_' || encode(uuid_send(t85.id), 'hex') AS id 
FROM users AS t85 
WHERE t85.tenant_id = $3 AND t85.id = p46.record_id AND p46.object_type = 'user') AS r85) AS x85 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r86) AS j 
FROM (SELECT 'whk_' || encode(uuid_send(t86.id), 'hex') AS id 
FROM webhook_endpoints AS t86 
WHERE t86.tenant_id = $3 AND false AND t86.id = p46.record_id AND p46.object_type = 'webhook_endpoint') AS r86) AS x86 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r87) AS j 
FROM (SELECT t87.level AS level, x88.j AS account, x89.j AS contact, x90.j AS "fieldProfile" 
FROM record_shares AS t87 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r88) AS j 
FROM (SELECT t88.name AS name 
FROM accounts AS t88 
WHERE t88.tenant_id = $3 AND t88.owner_id = $5 AND t88.id = t87.account_id) AS r88) AS x88 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r89) AS j 
FROM (SELECT t89.name AS name 
FROM contacts AS t89 
WHERE t89.tenant_id = $3 AND t89.owner_id = $5 AND t89.id = t87.contact_id) AS r89) AS x89 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r90) AS j 
FROM (SELECT t90.name AS name 
FROM field_profiles AS t90 
WHERE t90.tenant_id = $3 AND false AND t90.id = t87.field_profile_id) AS r90) AS x90 ON true 
WHERE t87.tenant_id = $3 AND false AND t87.id = p46.share_id) AS r87) AS x87 ON true ORDER BY p46.place) AS r46) AS customer, (SELECT coalesce(json_agg(row_to_json(r91)), '[]'::json) AS j 
FROM (SELECT p91.object_type AS "objectType", CASE WHEN (p91.share_id IS NULL) THEN NULL ELSE p91.level END AS level, x92.j AS share 
FROM (SELECT t91.object_type AS object_type, t91.share_id AS share_id, t91.level AS level, t91.place AS place 
FROM (SELECT found.object_type AS object_type, found.record_id AS record_id, found.share_id AS share_id, found.level AS level, found.field_profile_id AS field_profile_id, found.is_own AS is_own, (SELECT json_agg(shown.name ORDER BY shown.name) AS json_agg_3 
FROM (VALUES ('account', 'default', 'name'), ('account', 'default', 'legalName'), ('account', 'default', 'industry'), ('account', 'default', 'id'), ('account', 'default', 'version'), ('account', 'default', 'createdAt'), ('account', 'default', 'updatedAt'), ('case', 'default', 'subject'), ('case', 'default', 'description'), ('case', 'default', 'account'), ('case', 'default', 'contact'), ('case', 'default', 'follows'), ('case', 'default', 'origin'), ('case', 'default', 'type'), ('case', 'default', 'status'), ('case', 'default', 'statusSince'), ('case', 'default', 'firstResponseAt'), ('case', 'default', 'resolvedAt'), ('case', 'default', 'resolutionCode'), ('case', 'default', 'closesAt'), ('case', 'default', 'closedAt'), ('case', 'default', 'id'), ('case', 'default', 'version'), ('case', 'default', 'createdAt'), ('case', 'default', 'updatedAt'), ('contact', 'default', 'name'), ('contact', 'default', 'firstName'), ('contact', 'default', 'lastName'), ('contact', 'default', 'salutation'), ('contact', 'default', 'title'), ('contact', 'pii', 'email'), ('contact', 'pii', 'phone'), ('contact', 'default', 'language'), ('contact', 'default', 'zone'), ('contact', 'default', 'account'), ('contact', 'default', 'id'), ('contact', 'default', 'version'), ('contact', 'default', 'createdAt'), ('contact', 'default', 'updatedAt'), ('opportunity', 'default', 'name'), ('opportunity', 'default', 'account'), ('opportunity', 'default', 'status'), ('opportunity', 'commercial', 'amount'), ('opportunity', 'default', 'currency'), ('opportunity', 'default', 'closeDate'), ('opportunity', 'default', 'closedOn'), ('opportunity', 'default', 'nextStep'), ('opportunity', 'default', 'id'), ('opportunity', 'default', 'version'), ('opportunity', 'default', 'createdAt'), ('opportunity', 'default', 'updatedAt')) AS shown (object, field_set, name) 
WHERE shown.object = found.object_type AND (shown.field_set = 'default' OR found.is_own OR (EXISTS (SELECT 1 
FROM field_profile_sets AS opened 
WHERE opened.tenant_id = $3 AND opened.profile_id = found.field_profile_id AND opened.object = shown.object AND opened.field_set = shown.field_set)))) AS fields, row_number() OVER (ORDER BY found.object_type, found.record_id, found.share_id) AS place 
FROM (SELECT 'account' AS object_type, of_account.id AS record_id, share_of_account.id AS share_id, share_of_account.level AS level, share_of_account.field_profile_id AS field_profile_id, of_account.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.company_id UNION ALL SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, true) AS reach) AS is_own 
FROM (SELECT CAST($10 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $5 AND person.id = $10 AND CAST($11 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN accounts AS of_account ON of_account.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_account ON share_of_account.object_id = of_account.id AND share_of_account.tenant_id = $3 AND share_of_account.object_type = 'account' AND (share_of_account.contact_id = who.contact_id OR share_of_account.account_id = who.company_id OR share_of_account.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_account.revoked_at IS NULL AND (share_of_account.expires_at IS NULL OR share_of_account.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_account.tenant_id = $3 AND of_account.archived_at IS NULL AND (share_of_account.id IS NOT NULL OR of_account.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.company_id UNION ALL SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, true) AS reach)) UNION ALL SELECT 'case' AS object_type, of_case.id AS record_id, share_of_case.id AS share_id, share_of_case.level AS level, share_of_case.field_profile_id AS field_profile_id, CAST(who.company_id AS UUID) IS NULL AND of_case.contact_id = who.contact_id AS is_own 
FROM (SELECT CAST($10 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $5 AND person.id = $10 AND CAST($11 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN cases AS of_case ON of_case.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_case ON share_of_case.object_id = of_case.id AND share_of_case.tenant_id = $3 AND share_of_case.object_type = 'case' AND (share_of_case.contact_id = who.contact_id OR share_of_case.account_id = who.company_id OR share_of_case.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_case.revoked_at IS NULL AND (share_of_case.expires_at IS NULL OR share_of_case.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_case.tenant_id = $3 AND of_case.archived_at IS NULL AND (share_of_case.id IS NOT NULL OR CAST(who.company_id AS UUID) IS NULL AND of_case.contact_id = who.contact_id) UNION ALL SELECT 'contact' AS object_type, of_contact.id AS record_id, share_of_contact.id AS share_id, share_of_contact.level AS level, share_of_contact.field_profile_id AS field_profile_id, of_contact.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.contact_id) AS is_own 
FROM (SELECT CAST($10 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $5 AND person.id = $10 AND CAST($11 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN contacts AS of_contact ON of_contact.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_contact ON share_of_contact.object_id = of_contact.id AND share_of_contact.tenant_id = $3 AND share_of_contact.object_type = 'contact' AND (share_of_contact.contact_id = who.contact_id OR share_of_contact.account_id = who.company_id OR share_of_contact.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_contact.revoked_at IS NULL AND (share_of_contact.expires_at IS NULL OR share_of_contact.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_contact.tenant_id = $3 AND of_contact.archived_at IS NULL AND (share_of_contact.id IS NOT NULL OR of_contact.id IN (SELECT NULL::uuid 
WHERE false UNION ALL SELECT who.contact_id)) UNION ALL SELECT 'opportunity' AS object_type, of_opportunity.id AS record_id, share_of_opportunity.id AS share_id, share_of_opportunity.level AS level, share_of_opportunity.field_profile_id AS field_profile_id, false AS is_own 
FROM (SELECT CAST($10 AS UUID) AS contact_id, (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $5 AND person.id = $10 AND CAST($11 AS TEXT) = 'PARTNER') AS company_id) AS who JOIN opportunities AS of_opportunity ON of_opportunity.tenant_id = $3 LEFT OUTER JOIN record_shares AS share_of_opportunity ON share_of_opportunity.object_id = of_opportunity.id AND share_of_opportunity.tenant_id = $3 AND share_of_opportunity.object_type = 'opportunity' AND (share_of_opportunity.contact_id = who.contact_id OR share_of_opportunity.account_id = who.company_id OR share_of_opportunity.account_id = ANY (array((SELECT reach.id 
FROM crm_partner_reach(who.contact_id, who.company_id, false) AS reach)))) AND share_of_opportunity.revoked_at IS NULL AND (share_of_opportunity.expires_at IS NULL OR share_of_opportunity.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_opportunity.tenant_id = $3 AND of_opportunity.archived_at IS NULL AND (share_of_opportunity.id IS NOT NULL OR false)) AS found 
WHERE false ORDER BY place 
 LIMIT 1000) AS t91 ORDER BY t91.place 
 LIMIT 1000) AS p91 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r92) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t92.id), 'hex') AS id 
FROM record_shares AS t92 
WHERE t92.tenant_id = $3 AND false AND t92.id = p91.share_id) AS r92) AS x92 ON true ORDER BY p91.place) AS r91) AS ended) AS r) END AS anon_1
