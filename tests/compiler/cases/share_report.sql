-- admin: 10 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r1)), '[]'::json) AS j 
FROM (SELECT p1.object_type AS "objectType", CASE WHEN (p1.share_id IS NULL) THEN NULL ELSE p1.level END AS level, p1.fields AS fields, coalesce(x2.j, x3.j, x4.j, x5.j, x6.j, x7.j, x8.j, x9.j, x10.j, x11.j, x12.j, x13.j, x14.j, x15.j, x16.j, x17.j, x18.j, x19.j, x20.j, x21.j, x22.j, x23.j, x24.j) AS record, x25.j AS share 
FROM (SELECT t1.object_type AS object_type, t1.share_id AS share_id, t1.level AS level, t1.fields AS fields, t1.record_id AS record_id, t1.place AS place 
FROM (SELECT found.object_type AS object_type, found.record_id AS record_id, found.share_id AS share_id, found.level AS level, found.field_profile_id AS field_profile_id, found.is_own AS is_own, (SELECT json_agg(shown.name ORDER BY shown.name) AS json_agg_1 
FROM (VALUES ('account', 'default', 'name'), ('account', 'default', 'legalName'), ('account', 'default', 'industry'), ('account', 'default', 'id'), ('account', 'default', 'version'), ('account', 'default', 'createdAt'), ('account', 'default', 'updatedAt'), ('contact', 'default', 'name'), ('contact', 'default', 'firstName'), ('contact', 'default', 'lastName'), ('contact', 'default', 'salutation'), ('contact', 'default', 'title'), ('contact', 'pii', 'email'), ('contact', 'pii', 'phone'), ('contact', 'default', 'language'), ('contact', 'default', 'zone'), ('contact', 'default', 'account'), ('contact', 'default', 'id'), ('contact', 'default', 'version'), ('contact', 'default', 'createdAt'), ('contact', 'default', 'updatedAt'), ('opportunity', 'default', 'name'), ('opportunity', 'default', 'account'), ('opportunity', 'default', 'status'), ('opportunity', 'commercial', 'amount'), ('opportunity', 'default', 'currency'), ('opportunity', 'default', 'closeDate'), ('opportunity', 'default', 'closedOn'), ('opportunity', 'default', 'nextStep'), ('opportunity', 'default', 'id'), ('opportunity', 'default', 'version'), ('opportunity', 'default', 'createdAt'), ('opportunity', 'default', 'updatedAt')) AS shown (object, field_set, name) 
WHERE shown.object = found.object_type AND (shown.field_set = 'default' OR found.is_own OR (EXISTS (SELECT 1 
FROM field_profile_sets AS opened 
WHERE opened.tenant_id = $3 AND opened.profile_id = found.field_profile_id AND opened.object = shown.object AND opened.field_set = shown.field_set)))) AS fields, row_number() OVER (ORDER BY found.object_type, found.record_id, found.share_id) AS place 
FROM (SELECT 'account' AS object_type, of_account.id AS record_id, share_of_account.id AS share_id, share_of_account.level AS level, share_of_account.field_profile_id AS field_profile_id, of_account.id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $4 AND CAST($5 AS TEXT) = 'PARTNER') AS is_own 
FROM accounts AS of_account LEFT OUTER JOIN record_shares AS share_of_account ON share_of_account.object_id = of_account.id AND share_of_account.tenant_id = $3 AND share_of_account.object_type = 'account' AND (share_of_account.contact_id = $4 OR share_of_account.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $4 AND CAST($5 AS TEXT) = 'PARTNER')) AND share_of_account.revoked_at IS NULL AND (share_of_account.expires_at IS NULL OR share_of_account.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_account.tenant_id = $3 AND of_account.archived_at IS NULL AND (share_of_account.id IS NOT NULL OR of_account.id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $4 AND CAST($5 AS TEXT) = 'PARTNER')) UNION ALL SELECT 'contact' AS object_type, of_contact.id AS record_id, share_of_contact.id AS share_id, share_of_contact.level AS level, share_of_contact.field_profile_id AS field_profile_id, of_contact.id = $4 AS is_own 
FROM contacts AS of_contact LEFT OUTER JOIN record_shares AS share_of_contact ON share_of_contact.object_id = of_contact.id AND share_of_contact.tenant_id = $3 AND share_of_contact.object_type = 'contact' AND (share_of_contact.contact_id = $4 OR share_of_contact.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $4 AND CAST($5 AS TEXT) = 'PARTNER')) AND share_of_contact.revoked_at IS NULL AND (share_of_contact.expires_at IS NULL OR share_of_contact.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_contact.tenant_id = $3 AND of_contact.archived_at IS NULL AND (share_of_contact.id IS NOT NULL OR of_contact.id = $4) UNION ALL SELECT 'opportunity' AS object_type, of_opportunity.id AS record_id, share_of_opportunity.id AS share_id, share_of_opportunity.level AS level, share_of_opportunity.field_profile_id AS field_profile_id, false AS is_own 
FROM opportunities AS of_opportunity LEFT OUTER JOIN record_shares AS share_of_opportunity ON share_of_opportunity.object_id = of_opportunity.id AND share_of_opportunity.tenant_id = $3 AND share_of_opportunity.object_type = 'opportunity' AND (share_of_opportunity.contact_id = $4 OR share_of_opportunity.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $4 AND CAST($5 AS TEXT) = 'PARTNER')) AND share_of_opportunity.revoked_at IS NULL AND (share_of_opportunity.expires_at IS NULL OR share_of_opportunity.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
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
FROM (SELECT 'cer_' || encode(uuid_send(t3.id), 'hex') AS id 
FROM certifications AS t3 
WHERE t3.tenant_id = $3 AND t3.id = p1.record_id AND p1.object_type = 'certification') AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT 'con_' || encode(uuid_send(t4.id), 'hex') AS id 
FROM contacts AS t4 
WHERE t4.tenant_id = $3 AND t4.id = p1.record_id AND p1.object_type = 'contact') AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT 'fpr_' || encode(uuid_send(t5.id), 'hex') AS id 
FROM field_profiles AS t5 
WHERE t5.tenant_id = $3 AND t5.id = p1.record_id AND p1.object_type = 'field_profile') AS r5) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r6) AS j 
FROM (SELECT 'opp_' || encode(uuid_send(t6.id), 'hex') AS id 
FROM opportunities AS t6 
WHERE t6.tenant_id = $3 AND t6.id = p1.record_id AND p1.object_type = 'opportunity') AS r6) AS x6 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT 'pce_' || encode(uuid_send(t7.id), 'hex') AS id 
FROM partner_certifications AS t7 
WHERE t7.tenant_id = $3 AND t7.id = p1.record_id AND p1.object_type = 'partner_certification') AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT 'mda_' || encode(uuid_send(t8.id), 'hex') AS id 
FROM partner_fund_allocations AS t8 
WHERE t8.tenant_id = $3 AND t8.id = p1.record_id AND p1.object_type = 'partner_fund_allocation') AS r8) AS x8 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT 'mdc_' || encode(uuid_send(t9.id), 'hex') AS id 
FROM partner_fund_claims AS t9 
WHERE t9.tenant_id = $3 AND t9.id = p1.record_id AND p1.object_type = 'partner_fund_claim') AS r9) AS x9 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT 'mdf_' || encode(uuid_send(t10.id), 'hex') AS id 
FROM partner_fund_requests AS t10 
WHERE t10.tenant_id = $3 AND t10.id = p1.record_id AND p1.object_type = 'partner_fund_request') AS r10) AS x10 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r11) AS j 
FROM (SELECT 'mdb_' || encode(uuid_send(t11.id), 'hex') AS id 
FROM partner_marketing_budgets AS t11 
WHERE t11.tenant_id = $3 AND t11.id = p1.record_id AND p1.object_type = 'partner_marketing_budget') AS r11) AS x11 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT 'pmb_' || encode(uuid_send(t12.id), 'hex') AS id 
FROM partner_memberships AS t12 
WHERE t12.tenant_id = $3 AND t12.id = p1.record_id AND p1.object_type = 'partner_membership') AS r12) AS x12 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT 'prg_' || encode(uuid_send(t13.id), 'hex') AS id 
FROM partner_programs AS t13 
WHERE t13.tenant_id = $3 AND t13.id = p1.record_id AND p1.object_type = 'partner_program') AS r13) AS x13 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r14) AS j 
FROM (SELECT 'pti_' || encode(uuid_send(t14.id), 'hex') AS id 
FROM partner_tiers AS t14 
WHERE t14.tenant_id = $3 AND t14.id = p1.record_id AND p1.object_type = 'partner_tier') AS r14) AS x14 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r15) AS j 
FROM (SELECT 'pus_' || encode(uuid_send(t15.id), 'hex') AS id 
FROM partner_users AS t15 
WHERE t15.tenant_id = $3 AND t15.id = p1.record_id AND p1.object_type = 'partner_user') AS r15) AS x15 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT 'pip_' || encode(uuid_send(t16.id), 'hex') AS id 
FROM pipelines AS t16 
WHERE t16.tenant_id = $3 AND t16.id = p1.record_id AND p1.object_type = 'pipeline') AS r16) AS x16 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r17) AS j 
FROM (SELECT 'prd_' || encode(uuid_send(t17.id), 'hex') AS id 
FROM products AS t17 
WHERE t17.tenant_id = $3 AND t17.id = p1.record_id AND p1.object_type = 'product') AS r17) AS x17 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r18) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t18.id), 'hex') AS id 
FROM record_shares AS t18 
WHERE t18.tenant_id = $3 AND t18.id = p1.record_id AND p1.object_type = 'record_share') AS r18) AS x18 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r19) AS j 
FROM (SELECT 'rol_' || encode(uuid_send(t19.id), 'hex') AS id 
FROM roles AS t19 
WHERE t19.tenant_id = $3 AND t19.id = p1.record_id AND p1.object_type = 'role') AS r19) AS x19 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r20) AS j 
FROM (SELECT 'stg_' || encode(uuid_send(t20.id), 'hex') AS id 
FROM stages AS t20 
WHERE t20.tenant_id = $3 AND t20.id = p1.record_id AND p1.object_type = 'stage') AS r20) AS x20 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r21) AS j 
FROM (SELECT 'tea_' || encode(uuid_send(t21.id), 'hex') AS id 
FROM teams AS t21 
WHERE t21.tenant_id = $3 AND t21.id = p1.record_id AND p1.object_type = 'team') AS r21) AS x21 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r22) AS j 
FROM (SELECT 'tok_' || encode(uuid_send(t22.id), 'hex') AS id 
FROM tokens AS t22 
WHERE t22.tenant_id = $3 AND t22.id = p1.record_id AND p1.object_type = 'token') AS r22) AS x22 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r23) AS j 
FROM (SELECT 'usr_' || encode(uuid_send(t23.id), 'hex') AS id 
FROM users AS t23 
WHERE t23.tenant_id = $3 AND t23.id = p1.record_id AND p1.object_type = 'user') AS r23) AS x23 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r24) AS j 
FROM (SELECT 'whk_' || encode(uuid_send(t24.id), 'hex') AS id 
FROM webhook_endpoints AS t24 
WHERE t24.tenant_id = $3 AND t24.id = p1.record_id AND p1.object_type = 'webhook_endpoint') AS r24) AS x24 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r25) AS j 
FROM (SELECT t25.level AS level, x26.j AS account, x27.j AS contact, x28.j AS "fieldProfile" 
FROM record_shares AS t25 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r26) AS j 
FROM (SELECT t26.name AS name 
FROM accounts AS t26 
WHERE t26.tenant_id = $3 AND t26.id = t25.account_id) AS r26) AS x26 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r27) AS j 
FROM (SELECT t27.name AS name 
FROM contacts AS t27 
WHERE t27.tenant_id = $3 AND t27.id = t25.contact_id) AS r27) AS x27 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r28) AS j 
FROM (SELECT t28.name AS name 
FROM field_profiles AS t28 
WHERE t28.tenant_id = $3 AND t28.id = t25.field_profile_id) AS r28) AS x28 ON true 
WHERE t25.tenant_id = $3 AND t25.id = p1.share_id) AS r25) AS x25 ON true ORDER BY p1.place) AS r1) AS partner, (SELECT coalesce(json_agg(row_to_json(r29)), '[]'::json) AS j 
FROM (SELECT p29.object_type AS "objectType", CASE WHEN (p29.share_id IS NULL) THEN NULL ELSE p29.level END AS level, p29.fields AS fields, coalesce(x30.j, x31.j, x32.j, x33.j, x34.j, x35.j, x36.j, x37.j, x38.j, x39.j, x40.j, x41.j, x42.j, x43.j, x44.j, x45.j, x46.j, x47.j, x48.j, x49.j, x50.j, x51.j, x52.j) AS record, x53.j AS share 
FROM (SELECT t29.object_type AS object_type, t29.share_id AS share_id, t29.level AS level, t29.fields AS fields, t29.record_id AS record_id, t29.place AS place 
FROM (SELECT found.object_type AS object_type, found.record_id AS record_id, found.share_id AS share_id, found.level AS level, found.field_profile_id AS field_profile_id, found.is_own AS is_own, (SELECT json_agg(shown.name ORDER BY shown.name) AS json_agg_2 
FROM (VALUES ('account', 'default', 'name'), ('account', 'default', 'legalName'), ('account', 'default', 'industry'), ('account', 'default', 'id'), ('account', 'default', 'version'), ('account', 'default', 'createdAt'), ('account', 'default', 'updatedAt'), ('contact', 'default', 'name'), ('contact', 'default', 'firstName'), ('contact', 'default', 'lastName'), ('contact', 'default', 'salutation'), ('contact', 'default', 'title'), ('contact', 'pii', 'email'), ('contact', 'pii', 'phone'), ('contact', 'default', 'language'), ('contact', 'default', 'zone'), ('contact', 'default', 'account'), ('contact', 'default', 'id'), ('contact', 'default', 'version'), ('contact', 'default', 'createdAt'), ('contact', 'default', 'updatedAt'), ('opportunity', 'default', 'name'), ('opportunity', 'default', 'account'), ('opportunity', 'default', 'status'), ('opportunity', 'commercial', 'amount'), ('opportunity', 'default', 'currency'), ('opportunity', 'default', 'closeDate'), ('opportunity', 'default', 'closedOn'), ('opportunity', 'default', 'nextStep'), ('opportunity', 'default', 'id'), ('opportunity', 'default', 'version'), ('opportunity', 'default', 'createdAt'), ('opportunity', 'default', 'updatedAt')) AS shown (object, field_set, name) 
WHERE shown.object = found.object_type AND (shown.field_set = 'default' OR found.is_own OR (EXISTS (SELECT 1 
FROM field_profile_sets AS opened 
WHERE opened.tenant_id = $3 AND opened.profile_id = found.field_profile_id AND opened.object = shown.object AND opened.field_set = shown.field_set)))) AS fields, row_number() OVER (ORDER BY found.object_type, found.record_id, found.share_id) AS place 
FROM (SELECT 'account' AS object_type, of_account.id AS record_id, share_of_account.id AS share_id, share_of_account.level AS level, share_of_account.field_profile_id AS field_profile_id, of_account.id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $7 AND CAST($8 AS TEXT) = 'PARTNER') AS is_own 
FROM accounts AS of_account LEFT OUTER JOIN record_shares AS share_of_account ON share_of_account.object_id = of_account.id AND share_of_account.tenant_id = $3 AND share_of_account.object_type = 'account' AND (share_of_account.contact_id = $7 OR share_of_account.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $7 AND CAST($8 AS TEXT) = 'PARTNER')) AND share_of_account.revoked_at IS NULL AND (share_of_account.expires_at IS NULL OR share_of_account.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_account.tenant_id = $3 AND of_account.archived_at IS NULL AND (share_of_account.id IS NOT NULL OR of_account.id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $7 AND CAST($8 AS TEXT) = 'PARTNER')) UNION ALL SELECT 'contact' AS object_type, of_contact.id AS record_id, share_of_contact.id AS share_id, share_of_contact.level AS level, share_of_contact.field_profile_id AS field_profile_id, of_contact.id = $7 AS is_own 
FROM contacts AS of_contact LEFT OUTER JOIN record_shares AS share_of_contact ON share_of_contact.object_id = of_contact.id AND share_of_contact.tenant_id = $3 AND share_of_contact.object_type = 'contact' AND (share_of_contact.contact_id = $7 OR share_of_contact.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $7 AND CAST($8 AS TEXT) = 'PARTNER')) AND share_of_contact.revoked_at IS NULL AND (share_of_contact.expires_at IS NULL OR share_of_contact.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_contact.tenant_id = $3 AND of_contact.archived_at IS NULL AND (share_of_contact.id IS NOT NULL OR of_contact.id = $7) UNION ALL SELECT 'opportunity' AS object_type, of_opportunity.id AS record_id, share_of_opportunity.id AS share_id, share_of_opportunity.level AS level, share_of_opportunity.field_profile_id AS field_profile_id, false AS is_own 
FROM opportunities AS of_opportunity LEFT OUTER JOIN record_shares AS share_of_opportunity ON share_of_opportunity.object_id = of_opportunity.id AND share_of_opportunity.tenant_id = $3 AND share_of_opportunity.object_type = 'opportunity' AND (share_of_opportunity.contact_id = $7 OR share_of_opportunity.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $7 AND CAST($8 AS TEXT) = 'PARTNER')) AND share_of_opportunity.revoked_at IS NULL AND (share_of_opportunity.expires_at IS NULL OR share_of_opportunity.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_opportunity.tenant_id = $3 AND of_opportunity.archived_at IS NULL AND (share_of_opportunity.id IS NOT NULL OR false)) AS found 
WHERE (EXISTS (SELECT 1 
FROM contacts AS principal 
WHERE principal.tenant_id = $3 AND principal.id = $7 AND principal.archived_at IS NULL)) AND (CAST($8 AS TEXT) != 'PARTNER' OR (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $7 AND CAST($8 AS TEXT) = 'PARTNER') IS NOT NULL) ORDER BY place 
 LIMIT 1000) AS t29 ORDER BY t29.place 
 LIMIT 1000) AS p29 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r30) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t30.id), 'hex') AS id 
FROM accounts AS t30 
WHERE t30.tenant_id = $3 AND t30.id = p29.record_id AND p29.object_type = 'account') AS r30) AS x30 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r31) AS j 
FROM (SELECT 'cer_' || encode(uuid_send(t31.id), 'hex') AS id 
FROM certifications AS t31 
WHERE t31.tenant_id = $3 AND t31.id = p29.record_id AND p29.object_type = 'certification') AS r31) AS x31 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r32) AS j 
FROM (SELECT 'con_' || encode(uuid_send(t32.id), 'hex') AS id 
FROM contacts AS t32 
WHERE t32.tenant_id = $3 AND t32.id = p29.record_id AND p29.object_type = 'contact') AS r32) AS x32 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r33) AS j 
FROM (SELECT 'fpr_' || encode(uuid_send(t33.id), 'hex') AS id 
FROM field_profiles AS t33 
WHERE t33.tenant_id = $3 AND t33.id = p29.record_id AND p29.object_type = 'field_profile') AS r33) AS x33 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r34) AS j 
FROM (SELECT 'opp_' || encode(uuid_send(t34.id), 'hex') AS id 
FROM opportunities AS t34 
WHERE t34.tenant_id = $3 AND t34.id = p29.record_id AND p29.object_type = 'opportunity') AS r34) AS x34 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r35) AS j 
FROM (SELECT 'pce_' || encode(uuid_send(t35.id), 'hex') AS id 
FROM partner_certifications AS t35 
WHERE t35.tenant_id = $3 AND t35.id = p29.record_id AND p29.object_type = 'partner_certification') AS r35) AS x35 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r36) AS j 
FROM (SELECT 'mda_' || encode(uuid_send(t36.id), 'hex') AS id 
FROM partner_fund_allocations AS t36 
WHERE t36.tenant_id = $3 AND t36.id = p29.record_id AND p29.object_type = 'partner_fund_allocation') AS r36) AS x36 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r37) AS j 
FROM (SELECT 'mdc_' || encode(uuid_send(t37.id), 'hex') AS id 
FROM partner_fund_claims AS t37 
WHERE t37.tenant_id = $3 AND t37.id = p29.record_id AND p29.object_type = 'partner_fund_claim') AS r37) AS x37 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r38) AS j 
FROM (SELECT 'mdf_' || encode(uuid_send(t38.id), 'hex') AS id 
FROM partner_fund_requests AS t38 
WHERE t38.tenant_id = $3 AND t38.id = p29.record_id AND p29.object_type = 'partner_fund_request') AS r38) AS x38 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r39) AS j 
FROM (SELECT 'mdb_' || encode(uuid_send(t39.id), 'hex') AS id 
FROM partner_marketing_budgets AS t39 
WHERE t39.tenant_id = $3 AND t39.id = p29.record_id AND p29.object_type = 'partner_marketing_budget') AS r39) AS x39 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r40) AS j 
FROM (SELECT 'pmb_' || encode(uuid_send(t40.id), 'hex') AS id 
FROM partner_memberships AS t40 
WHERE t40.tenant_id = $3 AND t40.id = p29.record_id AND p29.object_type = 'partner_membership') AS r40) AS x40 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r41) AS j 
FROM (SELECT 'prg_' || encode(uuid_send(t41.id), 'hex') AS id 
FROM partner_programs AS t41 
WHERE t41.tenant_id = $3 AND t41.id = p29.record_id AND p29.object_type = 'partner_program') AS r41) AS x41 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r42) AS j 
FROM (SELECT 'pti_' || encode(uuid_send(t42.id), 'hex') AS id 
FROM partner_tiers AS t42 
WHERE t42.tenant_id = $3 AND t42.id = p29.record_id AND p29.object_type = 'partner_tier') AS r42) AS x42 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r43) AS j 
FROM (SELECT 'pus_' || encode(uuid_send(t43.id), 'hex') AS id 
FROM partner_users AS t43 
WHERE t43.tenant_id = $3 AND t43.id = p29.record_id AND p29.object_type = 'partner_user') AS r43) AS x43 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r44) AS j 
FROM (SELECT 'pip_' || encode(uuid_send(t44.id), 'hex') AS id 
FROM pipelines AS t44 
WHERE t44.tenant_id = $3 AND t44.id = p29.record_id AND p29.object_type = 'pipeline') AS r44) AS x44 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r45) AS j 
FROM (SELECT 'prd_' || encode(uuid_send(t45.id), 'hex') AS id 
FROM products AS t45 
WHERE t45.tenant_id = $3 AND t45.id = p29.record_id AND p29.object_type = 'product') AS r45) AS x45 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r46) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t46.id), 'hex') AS id 
FROM record_shares AS t46 
WHERE t46.tenant_id = $3 AND t46.id = p29.record_id AND p29.object_type = 'record_share') AS r46) AS x46 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r47) AS j 
FROM (SELECT 'rol_' || encode(uuid_send(t47.id), 'hex') AS id 
FROM roles AS t47 
WHERE t47.tenant_id = $3 AND t47.id = p29.record_id AND p29.object_type = 'role') AS r47) AS x47 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r48) AS j 
FROM (SELECT 'stg_' || encode(uuid_send(t48.id), 'hex') AS id 
FROM stages AS t48 
WHERE t48.tenant_id = $3 AND t48.id = p29.record_id AND p29.object_type = 'stage') AS r48) AS x48 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r49) AS j 
FROM (SELECT 'tea_' || encode(uuid_send(t49.id), 'hex') AS id 
FROM teams AS t49 
WHERE t49.tenant_id = $3 AND t49.id = p29.record_id AND p29.object_type = 'team') AS r49) AS x49 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r50) AS j 
FROM (SELECT 'tok_' || encode(uuid_send(t50.id), 'hex') AS id 
FROM tokens AS t50 
WHERE t50.tenant_id = $3 AND t50.id = p29.record_id AND p29.object_type = 'token') AS r50) AS x50 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r51) AS j 
FROM (SELECT 'usr_' || encode(uuid_send(t51.id), 'hex') AS id 
FROM users AS t51 
WHERE t51.tenant_id = $3 AND t51.id = p29.record_id AND p29.object_type = 'user') AS r51) AS x51 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r52) AS j 
FROM (SELECT 'whk_' || encode(uuid_send(t52.id), 'hex') AS id 
FROM webhook_endpoints AS t52 
WHERE t52.tenant_id = $3 AND t52.id = p29.record_id AND p29.object_type = 'webhook_endpoint') AS r52) AS x52 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r53) AS j 
FROM (SELECT t53.level AS level, x54.j AS account, x55.j AS contact, x56.j AS "fieldProfile" 
FROM record_shares AS t53 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r54) AS j 
FROM (SELECT t54.name AS name 
FROM accounts AS t54 
WHERE t54.tenant_id = $3 AND t54.id = t53.account_id) AS r54) AS x54 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r55) AS j 
FROM (SELECT t55.name AS name 
FROM contacts AS t55 
WHERE t55.tenant_id = $3 AND t55.id = t53.contact_id) AS r55) AS x55 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r56) AS j 
FROM (SELECT t56.name AS name 
FROM field_profiles AS t56 
WHERE t56.tenant_id = $3 AND t56.id = t53.field_profile_id) AS r56) AS x56 ON true 
WHERE t53.tenant_id = $3 AND t53.id = p29.share_id) AS r53) AS x53 ON true ORDER BY p29.place) AS r29) AS customer, (SELECT coalesce(json_agg(row_to_json(r57)), '[]'::json) AS j 
FROM (SELECT p57.object_type AS "objectType", CASE WHEN (p57.share_id IS NULL) THEN NULL ELSE p57.level END AS level, x58.j AS share 
FROM (SELECT t57.object_type AS object_type, t57.share_id AS share_id, t57.level AS level, t57.place AS place 
FROM (SELECT found.object_type AS object_type, found.record_id AS record_id, found.share_id AS share_id, found.level AS level, found.field_profile_id AS field_profile_id, found.is_own AS is_own, (SELECT json_agg(shown.name ORDER BY shown.name) AS json_agg_3 
FROM (VALUES ('account', 'default', 'name'), ('account', 'default', 'legalName'), ('account', 'default', 'industry'), ('account', 'default', 'id'), ('account', 'default', 'version'), ('account', 'default', 'createdAt'), ('account', 'default', 'updatedAt'), ('contact', 'default', 'name'), ('contact', 'default', 'firstName'), ('contact', 'default', 'lastName'), ('contact', 'default', 'salutation'), ('contact', 'default', 'title'), ('contact', 'pii', 'email'), ('contact', 'pii', 'phone'), ('contact', 'default', 'language'), ('contact', 'default', 'zone'), ('contact', 'default', 'account'), ('contact', 'default', 'id'), ('contact', 'default', 'version'), ('contact', 'default', 'createdAt'), ('contact', 'default', 'updatedAt'), ('opportunity', 'default', 'name'), ('opportunity', 'default', 'account'), ('opportunity', 'default', 'status'), ('opportunity', 'commercial', 'amount'), ('opportunity', 'default', 'currency'), ('opportunity', 'default', 'closeDate'), ('opportunity', 'default', 'closedOn'), ('opportunity', 'default', 'nextStep'), ('opportunity', 'default', 'id'), ('opportunity', 'default', 'version'), ('opportunity', 'default', 'createdAt'), ('opportunity', 'default', 'updatedAt')) AS shown (object, field_set, name) 
WHERE shown.object = found.object_type AND (shown.field_set = 'default' OR found.is_own OR (EXISTS (SELECT 1 
FROM field_profile_sets AS opened 
WHERE opened.tenant_id = $3 AND opened.profile_id = found.field_profile_id AND opened.object = shown.object AND opened.field_set = shown.field_set)))) AS fields, row_number() OVER (ORDER BY found.object_type, found.record_id, found.share_id) AS place 
FROM (SELECT 'account' AS object_type, of_account.id AS record_id, share_of_account.id AS share_id, share_of_account.level AS level, share_of_account.field_profile_id AS field_profile_id, of_account.id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $9 AND CAST($10 AS TEXT) = 'PARTNER') AS is_own 
FROM accounts AS of_account LEFT OUTER JOIN record_shares AS share_of_account ON share_of_account.object_id = of_account.id AND share_of_account.tenant_id = $3 AND share_of_account.object_type = 'account' AND (share_of_account.contact_id = $9 OR share_of_account.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $9 AND CAST($10 AS TEXT) = 'PARTNER')) AND share_of_account.revoked_at IS NULL AND (share_of_account.expires_at IS NULL OR share_of_account.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_account.tenant_id = $3 AND of_account.archived_at IS NULL AND (share_of_account.id IS NOT NULL OR of_account.id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $9 AND CAST($10 AS TEXT) = 'PARTNER')) UNION ALL SELECT 'contact' AS object_type, of_contact.id AS record_id, share_of_contact.id AS share_id, share_of_contact.level AS level, share_of_contact.field_profile_id AS field_profile_id, of_contact.id = $9 AS is_own 
FROM contacts AS of_contact LEFT OUTER JOIN record_shares AS share_of_contact ON share_of_contact.object_id = of_contact.id AND share_of_contact.tenant_id = $3 AND share_of_contact.object_type = 'contact' AND (share_of_contact.contact_id = $9 OR share_of_contact.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $9 AND CAST($10 AS TEXT) = 'PARTNER')) AND share_of_contact.revoked_at IS NULL AND (share_of_contact.expires_at IS NULL OR share_of_contact.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_contact.tenant_id = $3 AND of_contact.archived_at IS NULL AND (share_of_contact.id IS NOT NULL OR of_contact.id = $9) UNION ALL SELECT 'opportunity' AS object_type, of_opportunity.id AS record_id, share_of_opportunity.id AS share_id, share_of_opportunity.level AS level, share_of_opportunity.field_profile_id AS field_profile_id, false AS is_own 
FROM opportunities AS of_opportunity LEFT OUTER JOIN record_shares AS share_of_opportunity ON share_of_opportunity.object_id = of_opportunity.id AND share_of_opportunity.tenant_id = $3 AND share_of_opportunity.object_type = 'opportunity' AND (share_of_opportunity.contact_id = $9 OR share_of_opportunity.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $9 AND CAST($10 AS TEXT) = 'PARTNER')) AND share_of_opportunity.revoked_at IS NULL AND (share_of_opportunity.expires_at IS NULL OR share_of_opportunity.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_opportunity.tenant_id = $3 AND of_opportunity.archived_at IS NULL AND (share_of_opportunity.id IS NOT NULL OR false)) AS found 
WHERE (EXISTS (SELECT 1 
FROM contacts AS principal 
WHERE principal.tenant_id = $3 AND principal.id = $9 AND principal.archived_at IS NULL)) AND (CAST($10 AS TEXT) != 'PARTNER' OR (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.id = $9 AND CAST($10 AS TEXT) = 'PARTNER') IS NOT NULL) ORDER BY place 
 LIMIT 1000) AS t57 ORDER BY t57.place 
 LIMIT 1000) AS p57 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r58) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t58.id), 'hex') AS id 
FROM record_shares AS t58 
WHERE t58.tenant_id = $3 AND t58.id = p57.share_id) AS r58) AS x58 ON true ORDER BY p57.place) AS r57) AS ended) AS r) END AS anon_1

-- sales_rep: 11 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r1)), '[]'::json) AS j 
FROM (SELECT p1.object_type AS "objectType", CASE WHEN (p1.share_id IS NULL) THEN NULL ELSE p1.level END AS level, p1.fields AS fields, coalesce(x2.j, x3.j, x4.j, x5.j, x6.j, x7.j, x8.j, x9.j, x10.j, x11.j, x12.j, x13.j, x14.j, x15.j, x16.j, x17.j, x18.j, x19.j, x20.j, x21.j, x22.j, x23.j, x24.j) AS record, x25.j AS share 
FROM (SELECT t1.object_type AS object_type, t1.share_id AS share_id, t1.level AS level, t1.fields AS fields, t1.record_id AS record_id, t1.place AS place 
FROM (SELECT found.object_type AS object_type, found.record_id AS record_id, found.share_id AS share_id, found.level AS level, found.field_profile_id AS field_profile_id, found.is_own AS is_own, (SELECT json_agg(shown.name ORDER BY shown.name) AS json_agg_1 
FROM (VALUES ('account', 'default', 'name'), ('account', 'default', 'legalName'), ('account', 'default', 'industry'), ('account', 'default', 'id'), ('account', 'default', 'version'), ('account', 'default', 'createdAt'), ('account', 'default', 'updatedAt'), ('contact', 'default', 'name'), ('contact', 'default', 'firstName'), ('contact', 'default', 'lastName'), ('contact', 'default', 'salutation'), ('contact', 'default', 'title'), ('contact', 'pii', 'email'), ('contact', 'pii', 'phone'), ('contact', 'default', 'language'), ('contact', 'default', 'zone'), ('contact', 'default', 'account'), ('contact', 'default', 'id'), ('contact', 'default', 'version'), ('contact', 'default', 'createdAt'), ('contact', 'default', 'updatedAt'), ('opportunity', 'default', 'name'), ('opportunity', 'default', 'account'), ('opportunity', 'default', 'status'), ('opportunity', 'commercial', 'amount'), ('opportunity', 'default', 'currency'), ('opportunity', 'default', 'closeDate'), ('opportunity', 'default', 'closedOn'), ('opportunity', 'default', 'nextStep'), ('opportunity', 'default', 'id'), ('opportunity', 'default', 'version'), ('opportunity', 'default', 'createdAt'), ('opportunity', 'default', 'updatedAt')) AS shown (object, field_set, name) 
WHERE shown.object = found.object_type AND (shown.field_set = 'default' OR found.is_own OR (EXISTS (SELECT 1 
FROM field_profile_sets AS opened 
WHERE opened.tenant_id = $3 AND opened.profile_id = found.field_profile_id AND opened.object = shown.object AND opened.field_set = shown.field_set)))) AS fields, row_number() OVER (ORDER BY found.object_type, found.record_id, found.share_id) AS place 
FROM (SELECT 'account' AS object_type, of_account.id AS record_id, share_of_account.id AS share_id, share_of_account.level AS level, share_of_account.field_profile_id AS field_profile_id, of_account.id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $5 AND CAST($6 AS TEXT) = 'PARTNER') AS is_own 
FROM accounts AS of_account LEFT OUTER JOIN record_shares AS share_of_account ON share_of_account.object_id = of_account.id AND share_of_account.tenant_id = $3 AND share_of_account.object_type = 'account' AND (share_of_account.contact_id = $5 OR share_of_account.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $5 AND CAST($6 AS TEXT) = 'PARTNER')) AND share_of_account.revoked_at IS NULL AND (share_of_account.expires_at IS NULL OR share_of_account.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_account.tenant_id = $3 AND of_account.archived_at IS NULL AND (share_of_account.id IS NOT NULL OR of_account.id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $5 AND CAST($6 AS TEXT) = 'PARTNER')) UNION ALL SELECT 'contact' AS object_type, of_contact.id AS record_id, share_of_contact.id AS share_id, share_of_contact.level AS level, share_of_contact.field_profile_id AS field_profile_id, of_contact.id = $5 AS is_own 
FROM contacts AS of_contact LEFT OUTER JOIN record_shares AS share_of_contact ON share_of_contact.object_id = of_contact.id AND share_of_contact.tenant_id = $3 AND share_of_contact.object_type = 'contact' AND (share_of_contact.contact_id = $5 OR share_of_contact.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $5 AND CAST($6 AS TEXT) = 'PARTNER')) AND share_of_contact.revoked_at IS NULL AND (share_of_contact.expires_at IS NULL OR share_of_contact.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_contact.tenant_id = $3 AND of_contact.archived_at IS NULL AND (share_of_contact.id IS NOT NULL OR of_contact.id = $5) UNION ALL SELECT 'opportunity' AS object_type, of_opportunity.id AS record_id, share_of_opportunity.id AS share_id, share_of_opportunity.level AS level, share_of_opportunity.field_profile_id AS field_profile_id, false AS is_own 
FROM opportunities AS of_opportunity LEFT OUTER JOIN record_shares AS share_of_opportunity ON share_of_opportunity.object_id = of_opportunity.id AND share_of_opportunity.tenant_id = $3 AND share_of_opportunity.object_type = 'opportunity' AND (share_of_opportunity.contact_id = $5 OR share_of_opportunity.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $5 AND CAST($6 AS TEXT) = 'PARTNER')) AND share_of_opportunity.revoked_at IS NULL AND (share_of_opportunity.expires_at IS NULL OR share_of_opportunity.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_opportunity.tenant_id = $3 AND of_opportunity.archived_at IS NULL AND (share_of_opportunity.id IS NOT NULL OR false)) AS found 
WHERE false ORDER BY place 
 LIMIT 1000) AS t1 ORDER BY t1.place 
 LIMIT 1000) AS p1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t2.id), 'hex') AS id 
FROM accounts AS t2 
WHERE t2.tenant_id = $3 AND t2.owner_id = $4 AND t2.id = p1.record_id AND p1.object_type = 'account') AS r2) AS x2 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT 'cer_' || encode(uuid_send(t3.id), 'hex') AS id 
FROM certifications AS t3 
WHERE t3.tenant_id = $3 AND false AND t3.id = p1.record_id AND p1.object_type = 'certification') AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT 'con_' || encode(uuid_send(t4.id), 'hex') AS id 
FROM contacts AS t4 
WHERE t4.tenant_id = $3 AND t4.owner_id = $4 AND t4.id = p1.record_id AND p1.object_type = 'contact') AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT 'fpr_' || encode(uuid_send(t5.id), 'hex') AS id 
FROM field_profiles AS t5 
WHERE t5.tenant_id = $3 AND false AND t5.id = p1.record_id AND p1.object_type = 'field_profile') AS r5) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r6) AS j 
FROM (SELECT 'opp_' || encode(uuid_send(t6.id), 'hex') AS id 
FROM opportunities AS t6 
WHERE t6.tenant_id = $3 AND t6.owner_id = $4 AND t6.id = p1.record_id AND p1.object_type = 'opportunity') AS r6) AS x6 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT 'pce_' || encode(uuid_send(t7.id), 'hex') AS id 
FROM partner_certifications AS t7 
WHERE t7.tenant_id = $3 AND false AND t7.id = p1.record_id AND p1.object_type = 'partner_certification') AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT 'mda_' || encode(uuid_send(t8.id), 'hex') AS id 
FROM partner_fund_allocations AS t8 
WHERE t8.tenant_id = $3 AND false AND t8.id = p1.record_id AND p1.object_type = 'partner_fund_allocation') AS r8) AS x8 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT 'mdc_' || encode(uuid_send(t9.id), 'hex') AS id 
FROM partner_fund_claims AS t9 
WHERE t9.tenant_id = $3 AND false AND t9.id = p1.record_id AND p1.object_type = 'partner_fund_claim') AS r9) AS x9 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT 'mdf_' || encode(uuid_send(t10.id), 'hex') AS id 
FROM partner_fund_requests AS t10 
WHERE t10.tenant_id = $3 AND false AND t10.id = p1.record_id AND p1.object_type = 'partner_fund_request') AS r10) AS x10 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r11) AS j 
FROM (SELECT 'mdb_' || encode(uuid_send(t11.id), 'hex') AS id 
FROM partner_marketing_budgets AS t11 
WHERE t11.tenant_id = $3 AND false AND t11.id = p1.record_id AND p1.object_type = 'partner_marketing_budget') AS r11) AS x11 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT 'pmb_' || encode(uuid_send(t12.id), 'hex') AS id 
FROM partner_memberships AS t12 
WHERE t12.tenant_id = $3 AND false AND t12.id = p1.record_id AND p1.object_type = 'partner_membership') AS r12) AS x12 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT 'prg_' || encode(uuid_send(t13.id), 'hex') AS id 
FROM partner_programs AS t13 
WHERE t13.tenant_id = $3 AND false AND t13.id = p1.record_id AND p1.object_type = 'partner_program') AS r13) AS x13 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r14) AS j 
FROM (SELECT 'pti_' || encode(uuid_send(t14.id), 'hex') AS id 
FROM partner_tiers AS t14 
WHERE t14.tenant_id = $3 AND false AND t14.id = p1.record_id AND p1.object_type = 'partner_tier') AS r14) AS x14 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r15) AS j 
FROM (SELECT 'pus_' || encode(uuid_send(t15.id), 'hex') AS id 
FROM partner_users AS t15 
WHERE t15.tenant_id = $3 AND false AND t15.id = p1.record_id AND p1.object_type = 'partner_user') AS r15) AS x15 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT 'pip_' || encode(uuid_send(t16.id), 'hex') AS id 
FROM pipelines AS t16 
WHERE t16.tenant_id = $3 AND t16.id = p1.record_id AND p1.object_type = 'pipeline') AS r16) AS x16 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r17) AS j 
FROM (SELECT 'prd_' || encode(uuid_send(t17.id), 'hex') AS id 
FROM products AS t17 
WHERE t17.tenant_id = $3 AND t17.id = p1.record_id AND p1.object_type = 'product') AS r17) AS x17 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r18) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t18.id), 'hex') AS id 
FROM record_shares AS t18 
WHERE t18.tenant_id = $3 AND false AND t18.id = p1.record_id AND p1.object_type = 'record_share') AS r18) AS x18 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r19) AS j 
FROM (SELECT 'rol_' || encode(uuid_send(t19.id), 'hex') AS id 
FROM roles AS t19 
WHERE t19.tenant_id = $3 AND false AND t19.id = p1.record_id AND p1.object_type = 'role') AS r19) AS x19 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r20) AS j 
FROM (SELECT 'stg_' || encode(uuid_send(t20.id), 'hex') AS id 
FROM stages AS t20 
WHERE t20.tenant_id = $3 AND t20.id = p1.record_id AND p1.object_type = 'stage') AS r20) AS x20 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r21) AS j 
FROM (SELECT 'tea_' || encode(uuid_send(t21.id), 'hex') AS id 
FROM teams AS t21 
WHERE t21.tenant_id = $3 AND t21.id = p1.record_id AND p1.object_type = 'team') AS r21) AS x21 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r22) AS j 
FROM (SELECT 'tok_' || encode(uuid_send(t22.id), 'hex') AS id 
FROM tokens AS t22 
WHERE t22.tenant_id = $3 AND false AND t22.id = p1.record_id AND p1.object_type = 'token') AS r22) AS x22 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r23) AS j 
FROM (SELECT 'usr_' || encode(uuid_send(t23.id), 'hex') AS id 
FROM users AS t23 
WHERE t23.tenant_id = $3 AND t23.id = p1.record_id AND p1.object_type = 'user') AS r23) AS x23 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r24) AS j 
FROM (SELECT 'whk_' || encode(uuid_send(t24.id), 'hex') AS id 
FROM webhook_endpoints AS t24 
WHERE t24.tenant_id = $3 AND false AND t24.id = p1.record_id AND p1.object_type = 'webhook_endpoint') AS r24) AS x24 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r25) AS j 
FROM (SELECT t25.level AS level, x26.j AS account, x27.j AS contact, x28.j AS "fieldProfile" 
FROM record_shares AS t25 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r26) AS j 
FROM (SELECT t26.name AS name 
FROM accounts AS t26 
WHERE t26.tenant_id = $3 AND t26.owner_id = $4 AND t26.id = t25.account_id) AS r26) AS x26 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r27) AS j 
FROM (SELECT t27.name AS name 
FROM contacts AS t27 
WHERE t27.tenant_id = $3 AND t27.owner_id = $4 AND t27.id = t25.contact_id) AS r27) AS x27 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r28) AS j 
FROM (SELECT t28.name AS name 
FROM field_profiles AS t28 
WHERE t28.tenant_id = $3 AND false AND t28.id = t25.field_profile_id) AS r28) AS x28 ON true 
WHERE t25.tenant_id = $3 AND false AND t25.id = p1.share_id) AS r25) AS x25 ON true ORDER BY p1.place) AS r1) AS partner, (SELECT coalesce(json_agg(row_to_json(r29)), '[]'::json) AS j 
FROM (SELECT p29.object_type AS "objectType", CASE WHEN (p29.share_id IS NULL) THEN NULL ELSE p29.level END AS level, p29.fields AS fields, coalesce(x30.j, x31.j, x32.j, x33.j, x34.j, x35.j, x36.j, x37.j, x38.j, x39.j, x40.j, x41.j, x42.j, x43.j, x44.j, x45.j, x46.j, x47.j, x48.j, x49.j, x50.j, x51.j, x52.j) AS record, x53.j AS share 
FROM (SELECT t29.object_type AS object_type, t29.share_id AS share_id, t29.level AS level, t29.fields AS fields, t29.record_id AS record_id, t29.place AS place 
FROM (SELECT found.object_type AS object_type, found.record_id AS record_id, found.share_id AS share_id, found.level AS level, found.field_profile_id AS field_profile_id, found.is_own AS is_own, (SELECT json_agg(shown.name ORDER BY shown.name) AS json_agg_2 
FROM (VALUES ('account', 'default', 'name'), ('account', 'default', 'legalName'), ('account', 'default', 'industry'), ('account', 'default', 'id'), ('account', 'default', 'version'), ('account', 'default', 'createdAt'), ('account', 'default', 'updatedAt'), ('contact', 'default', 'name'), ('contact', 'default', 'firstName'), ('contact', 'default', 'lastName'), ('contact', 'default', 'salutation'), ('contact', 'default', 'title'), ('contact', 'pii', 'email'), ('contact', 'pii', 'phone'), ('contact', 'default', 'language'), ('contact', 'default', 'zone'), ('contact', 'default', 'account'), ('contact', 'default', 'id'), ('contact', 'default', 'version'), ('contact', 'default', 'createdAt'), ('contact', 'default', 'updatedAt'), ('opportunity', 'default', 'name'), ('opportunity', 'default', 'account'), ('opportunity', 'default', 'status'), ('opportunity', 'commercial', 'amount'), ('opportunity', 'default', 'currency'), ('opportunity', 'default', 'closeDate'), ('opportunity', 'default', 'closedOn'), ('opportunity', 'default', 'nextStep'), ('opportunity', 'default', 'id'), ('opportunity', 'default', 'version'), ('opportunity', 'default', 'createdAt'), ('opportunity', 'default', 'updatedAt')) AS shown (object, field_set, name) 
WHERE shown.object = found.object_type AND (shown.field_set = 'default' OR found.is_own OR (EXISTS (SELECT 1 
FROM field_profile_sets AS opened 
WHERE opened.tenant_id = $3 AND opened.profile_id = found.field_profile_id AND opened.object = shown.object AND opened.field_set = shown.field_set)))) AS fields, row_number() OVER (ORDER BY found.object_type, found.record_id, found.share_id) AS place 
FROM (SELECT 'account' AS object_type, of_account.id AS record_id, share_of_account.id AS share_id, share_of_account.level AS level, share_of_account.field_profile_id AS field_profile_id, of_account.id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $8 AND CAST($9 AS TEXT) = 'PARTNER') AS is_own 
FROM accounts AS of_account LEFT OUTER JOIN record_shares AS share_of_account ON share_of_account.object_id = of_account.id AND share_of_account.tenant_id = $3 AND share_of_account.object_type = 'account' AND (share_of_account.contact_id = $8 OR share_of_account.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $8 AND CAST($9 AS TEXT) = 'PARTNER')) AND share_of_account.revoked_at IS NULL AND (share_of_account.expires_at IS NULL OR share_of_account.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_account.tenant_id = $3 AND of_account.archived_at IS NULL AND (share_of_account.id IS NOT NULL OR of_account.id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $8 AND CAST($9 AS TEXT) = 'PARTNER')) UNION ALL SELECT 'contact' AS object_type, of_contact.id AS record_id, share_of_contact.id AS share_id, share_of_contact.level AS level, share_of_contact.field_profile_id AS field_profile_id, of_contact.id = $8 AS is_own 
FROM contacts AS of_contact LEFT OUTER JOIN record_shares AS share_of_contact ON share_of_contact.object_id = of_contact.id AND share_of_contact.tenant_id = $3 AND share_of_contact.object_type = 'contact' AND (share_of_contact.contact_id = $8 OR share_of_contact.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $8 AND CAST($9 AS TEXT) = 'PARTNER')) AND share_of_contact.revoked_at IS NULL AND (share_of_contact.expires_at IS NULL OR share_of_contact.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_contact.tenant_id = $3 AND of_contact.archived_at IS NULL AND (share_of_contact.id IS NOT NULL OR of_contact.id = $8) UNION ALL SELECT 'opportunity' AS object_type, of_opportunity.id AS record_id, share_of_opportunity.id AS share_id, share_of_opportunity.level AS level, share_of_opportunity.field_profile_id AS field_profile_id, false AS is_own 
FROM opportunities AS of_opportunity LEFT OUTER JOIN record_shares AS share_of_opportunity ON share_of_opportunity.object_id = of_opportunity.id AND share_of_opportunity.tenant_id = $3 AND share_of_opportunity.object_type = 'opportunity' AND (share_of_opportunity.contact_id = $8 OR share_of_opportunity.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $8 AND CAST($9 AS TEXT) = 'PARTNER')) AND share_of_opportunity.revoked_at IS NULL AND (share_of_opportunity.expires_at IS NULL OR share_of_opportunity.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_opportunity.tenant_id = $3 AND of_opportunity.archived_at IS NULL AND (share_of_opportunity.id IS NOT NULL OR false)) AS found 
WHERE false ORDER BY place 
 LIMIT 1000) AS t29 ORDER BY t29.place 
 LIMIT 1000) AS p29 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r30) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t30.id), 'hex') AS id 
FROM accounts AS t30 
WHERE t30.tenant_id = $3 AND t30.owner_id = $4 AND t30.id = p29.record_id AND p29.object_type = 'account') AS r30) AS x30 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r31) AS j 
FROM (SELECT 'cer_' || encode(uuid_send(t31.id), 'hex') AS id 
FROM certifications AS t31 
WHERE t31.tenant_id = $3 AND false AND t31.id = p29.record_id AND p29.object_type = 'certification') AS r31) AS x31 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r32) AS j 
FROM (SELECT 'con_' || encode(uuid_send(t32.id), 'hex') AS id 
FROM contacts AS t32 
WHERE t32.tenant_id = $3 AND t32.owner_id = $4 AND t32.id = p29.record_id AND p29.object_type = 'contact') AS r32) AS x32 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r33) AS j 
FROM (SELECT 'fpr_' || encode(uuid_send(t33.id), 'hex') AS id 
FROM field_profiles AS t33 
WHERE t33.tenant_id = $3 AND false AND t33.id = p29.record_id AND p29.object_type = 'field_profile') AS r33) AS x33 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r34) AS j 
FROM (SELECT 'opp_' || encode(uuid_send(t34.id), 'hex') AS id 
FROM opportunities AS t34 
WHERE t34.tenant_id = $3 AND t34.owner_id = $4 AND t34.id = p29.record_id AND p29.object_type = 'opportunity') AS r34) AS x34 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r35) AS j 
FROM (SELECT 'pce_' || encode(uuid_send(t35.id), 'hex') AS id 
FROM partner_certifications AS t35 
WHERE t35.tenant_id = $3 AND false AND t35.id = p29.record_id AND p29.object_type = 'partner_certification') AS r35) AS x35 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r36) AS j 
FROM (SELECT 'mda_' || encode(uuid_send(t36.id), 'hex') AS id 
FROM partner_fund_allocations AS t36 
WHERE t36.tenant_id = $3 AND false AND t36.id = p29.record_id AND p29.object_type = 'partner_fund_allocation') AS r36) AS x36 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r37) AS j 
FROM (SELECT 'mdc_' || encode(uuid_send(t37.id), 'hex') AS id 
FROM partner_fund_claims AS t37 
WHERE t37.tenant_id = $3 AND false AND t37.id = p29.record_id AND p29.object_type = 'partner_fund_claim') AS r37) AS x37 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r38) AS j 
FROM (SELECT 'mdf_' || encode(uuid_send(t38.id), 'hex') AS id 
FROM partner_fund_requests AS t38 
WHERE t38.tenant_id = $3 AND false AND t38.id = p29.record_id AND p29.object_type = 'partner_fund_request') AS r38) AS x38 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r39) AS j 
FROM (SELECT 'mdb_' || encode(uuid_send(t39.id), 'hex') AS id 
FROM partner_marketing_budgets AS t39 
WHERE t39.tenant_id = $3 AND false AND t39.id = p29.record_id AND p29.object_type = 'partner_marketing_budget') AS r39) AS x39 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r40) AS j 
FROM (SELECT 'pmb_' || encode(uuid_send(t40.id), 'hex') AS id 
FROM partner_memberships AS t40 
WHERE t40.tenant_id = $3 AND false AND t40.id = p29.record_id AND p29.object_type = 'partner_membership') AS r40) AS x40 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r41) AS j 
FROM (SELECT 'prg_' || encode(uuid_send(t41.id), 'hex') AS id 
FROM partner_programs AS t41 
WHERE t41.tenant_id = $3 AND false AND t41.id = p29.record_id AND p29.object_type = 'partner_program') AS r41) AS x41 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r42) AS j 
FROM (SELECT 'pti_' || encode(uuid_send(t42.id), 'hex') AS id 
FROM partner_tiers AS t42 
WHERE t42.tenant_id = $3 AND false AND t42.id = p29.record_id AND p29.object_type = 'partner_tier') AS r42) AS x42 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r43) AS j 
FROM (SELECT 'pus_' || encode(uuid_send(t43.id), 'hex') AS id 
FROM partner_users AS t43 
WHERE t43.tenant_id = $3 AND false AND t43.id = p29.record_id AND p29.object_type = 'partner_user') AS r43) AS x43 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r44) AS j 
FROM (SELECT 'pip_' || encode(uuid_send(t44.id), 'hex') AS id 
FROM pipelines AS t44 
WHERE t44.tenant_id = $3 AND t44.id = p29.record_id AND p29.object_type = 'pipeline') AS r44) AS x44 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r45) AS j 
FROM (SELECT 'prd_' || encode(uuid_send(t45.id), 'hex') AS id 
FROM products AS t45 
WHERE t45.tenant_id = $3 AND t45.id = p29.record_id AND p29.object_type = 'product') AS r45) AS x45 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r46) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t46.id), 'hex') AS id 
FROM record_shares AS t46 
WHERE t46.tenant_id = $3 AND false AND t46.id = p29.record_id AND p29.object_type = 'record_share') AS r46) AS x46 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r47) AS j 
FROM (SELECT 'rol_' || encode(uuid_send(t47.id), 'hex') AS id 
FROM roles AS t47 
WHERE t47.tenant_id = $3 AND false AND t47.id = p29.record_id AND p29.object_type = 'role') AS r47) AS x47 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r48) AS j 
FROM (SELECT 'stg_' || encode(uuid_send(t48.id), 'hex') AS id 
FROM stages AS t48 
WHERE t48.tenant_id = $3 AND t48.id = p29.record_id AND p29.object_type = 'stage') AS r48) AS x48 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r49) AS j 
FROM (SELECT 'tea_' || encode(uuid_send(t49.id), 'hex') AS id 
FROM teams AS t49 
WHERE t49.tenant_id = $3 AND t49.id = p29.record_id AND p29.object_type = 'team') AS r49) AS x49 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r50) AS j 
FROM (SELECT 'tok_' || encode(uuid_send(t50.id), 'hex') AS id 
FROM tokens AS t50 
WHERE t50.tenant_id = $3 AND false AND t50.id = p29.record_id AND p29.object_type = 'token') AS r50) AS x50 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r51) AS j 
FROM (SELECT 'usr_' || encode(uuid_send(t51.id), 'hex') AS id 
FROM users AS t51 
WHERE t51.tenant_id = $3 AND t51.id = p29.record_id AND p29.object_type = 'user') AS r51) AS x51 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r52) AS j 
FROM (SELECT 'whk_' || encode(uuid_send(t52.id), 'hex') AS id 
FROM webhook_endpoints AS t52 
WHERE t52.tenant_id = $3 AND false AND t52.id = p29.record_id AND p29.object_type = 'webhook_endpoint') AS r52) AS x52 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r53) AS j 
FROM (SELECT t53.level AS level, x54.j AS account, x55.j AS contact, x56.j AS "fieldProfile" 
FROM record_shares AS t53 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r54) AS j 
FROM (SELECT t54.name AS name 
FROM accounts AS t54 
WHERE t54.tenant_id = $3 AND t54.owner_id = $4 AND t54.id = t53.account_id) AS r54) AS x54 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r55) AS j 
FROM (SELECT t55.name AS name 
FROM contacts AS t55 
WHERE t55.tenant_id = $3 AND t55.owner_id = $4 AND t55.id = t53.contact_id) AS r55) AS x55 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r56) AS j 
FROM (SELECT t56.name AS name 
FROM field_profiles AS t56 
WHERE t56.tenant_id = $3 AND false AND t56.id = t53.field_profile_id) AS r56) AS x56 ON true 
WHERE t53.tenant_id = $3 AND false AND t53.id = p29.share_id) AS r53) AS x53 ON true ORDER BY p29.place) AS r29) AS customer, (SELECT coalesce(json_agg(row_to_json(r57)), '[]'::json) AS j 
FROM (SELECT p57.object_type AS "objectType", CASE WHEN (p57.share_id IS NULL) THEN NULL ELSE p57.level END AS level, x58.j AS share 
FROM (SELECT t57.object_type AS object_type, t57.share_id AS share_id, t57.level AS level, t57.place AS place 
FROM (SELECT found.object_type AS object_type, found.record_id AS record_id, found.share_id AS share_id, found.level AS level, found.field_profile_id AS field_profile_id, found.is_own AS is_own, (SELECT json_agg(shown.name ORDER BY shown.name) AS json_agg_3 
FROM (VALUES ('account', 'default', 'name'), ('account', 'default', 'legalName'), ('account', 'default', 'industry'), ('account', 'default', 'id'), ('account', 'default', 'version'), ('account', 'default', 'createdAt'), ('account', 'default', 'updatedAt'), ('contact', 'default', 'name'), ('contact', 'default', 'firstName'), ('contact', 'default', 'lastName'), ('contact', 'default', 'salutation'), ('contact', 'default', 'title'), ('contact', 'pii', 'email'), ('contact', 'pii', 'phone'), ('contact', 'default', 'language'), ('contact', 'default', 'zone'), ('contact', 'default', 'account'), ('contact', 'default', 'id'), ('contact', 'default', 'version'), ('contact', 'default', 'createdAt'), ('contact', 'default', 'updatedAt'), ('opportunity', 'default', 'name'), ('opportunity', 'default', 'account'), ('opportunity', 'default', 'status'), ('opportunity', 'commercial', 'amount'), ('opportunity', 'default', 'currency'), ('opportunity', 'default', 'closeDate'), ('opportunity', 'default', 'closedOn'), ('opportunity', 'default', 'nextStep'), ('opportunity', 'default', 'id'), ('opportunity', 'default', 'version'), ('opportunity', 'default', 'createdAt'), ('opportunity', 'default', 'updatedAt')) AS shown (object, field_set, name) 
WHERE shown.object = found.object_type AND (shown.field_set = 'default' OR found.is_own OR (EXISTS (SELECT 1 
FROM field_profile_sets AS opened 
WHERE opened.tenant_id = $3 AND opened.profile_id = found.field_profile_id AND opened.object = shown.object AND opened.field_set = shown.field_set)))) AS fields, row_number() OVER (ORDER BY found.object_type, found.record_id, found.share_id) AS place 
FROM (SELECT 'account' AS object_type, of_account.id AS record_id, share_of_account.id AS share_id, share_of_account.level AS level, share_of_account.field_profile_id AS field_profile_id, of_account.id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $10 AND CAST($11 AS TEXT) = 'PARTNER') AS is_own 
FROM accounts AS of_account LEFT OUTER JOIN record_shares AS share_of_account ON share_of_account.object_id = of_account.id AND share_of_account.tenant_id = $3 AND share_of_account.object_type = 'account' AND (share_of_account.contact_id = $10 OR share_of_account.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $10 AND CAST($11 AS TEXT) = 'PARTNER')) AND share_of_account.revoked_at IS NULL AND (share_of_account.expires_at IS NULL OR share_of_account.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_account.tenant_id = $3 AND of_account.archived_at IS NULL AND (share_of_account.id IS NOT NULL OR of_account.id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $10 AND CAST($11 AS TEXT) = 'PARTNER')) UNION ALL SELECT 'contact' AS object_type, of_contact.id AS record_id, share_of_contact.id AS share_id, share_of_contact.level AS level, share_of_contact.field_profile_id AS field_profile_id, of_contact.id = $10 AS is_own 
FROM contacts AS of_contact LEFT OUTER JOIN record_shares AS share_of_contact ON share_of_contact.object_id = of_contact.id AND share_of_contact.tenant_id = $3 AND share_of_contact.object_type = 'contact' AND (share_of_contact.contact_id = $10 OR share_of_contact.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $10 AND CAST($11 AS TEXT) = 'PARTNER')) AND share_of_contact.revoked_at IS NULL AND (share_of_contact.expires_at IS NULL OR share_of_contact.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_contact.tenant_id = $3 AND of_contact.archived_at IS NULL AND (share_of_contact.id IS NOT NULL OR of_contact.id = $10) UNION ALL SELECT 'opportunity' AS object_type, of_opportunity.id AS record_id, share_of_opportunity.id AS share_id, share_of_opportunity.level AS level, share_of_opportunity.field_profile_id AS field_profile_id, false AS is_own 
FROM opportunities AS of_opportunity LEFT OUTER JOIN record_shares AS share_of_opportunity ON share_of_opportunity.object_id = of_opportunity.id AND share_of_opportunity.tenant_id = $3 AND share_of_opportunity.object_type = 'opportunity' AND (share_of_opportunity.contact_id = $10 OR share_of_opportunity.account_id = (SELECT company.id 
FROM contacts AS person JOIN accounts AS company ON company.id = person.account_id AND company.tenant_id = person.tenant_id AND company.archived_at IS NULL 
WHERE person.tenant_id = $3 AND person.owner_id = $4 AND person.id = $10 AND CAST($11 AS TEXT) = 'PARTNER')) AND share_of_opportunity.revoked_at IS NULL AND (share_of_opportunity.expires_at IS NULL OR share_of_opportunity.expires_at > CAST($7 AS TIMESTAMP WITH TIME ZONE)) 
WHERE of_opportunity.tenant_id = $3 AND of_opportunity.archived_at IS NULL AND (share_of_opportunity.id IS NOT NULL OR false)) AS found 
WHERE false ORDER BY place 
 LIMIT 1000) AS t57 ORDER BY t57.place 
 LIMIT 1000) AS p57 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r58) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t58.id), 'hex') AS id 
FROM record_shares AS t58 
WHERE t58.tenant_id = $3 AND false AND t58.id = p57.share_id) AS r58) AS x58 ON true ORDER BY p57.place) AS r57) AS ended) AS r) END AS anon_1
