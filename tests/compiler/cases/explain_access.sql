-- admin: 14 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT CASE WHEN (t1.user_id IS NOT NULL) THEN 'usr_' || encode(uuid_send(t1.user_id), 'hex') WHEN (t1.contact_id IS NOT NULL) THEN 'con_' || encode(uuid_send(t1.contact_id), 'hex') ELSE 'tok_' || encode(uuid_send(t1.token_id), 'hex') END AS "principalId", t1.is_active AS "isActive", coalesce(x2.j, x3.j, x4.j, x5.j, x6.j, x7.j, x8.j, x9.j, x10.j, x11.j, x12.j, x13.j, x14.j, x15.j, x16.j, x17.j, x18.j, x19.j, x20.j, x21.j, x22.j, x23.j, x24.j, x25.j, x26.j, x27.j, x28.j, x29.j, x30.j, x31.j, x32.j, x33.j, x34.j, x35.j, x36.j, x37.j, x38.j, x39.j, x40.j, x41.j) AS record, x42.j AS "user", x43.j AS read, x49.j AS write, x55.j AS delete, x56.j AS "fieldRights" 
FROM (SELECT 'account' AS record_type, rec.id AS record_id, who.user_id AS user_id, who.token_id AS token_id, who.contact_id AS contact_id, who.is_active AS is_active, json_build_array(json_build_object('allowed', who.is_active AND grants.read_reaches, 'grants', grants.read)) AS reading, json_build_array(json_build_object('allowed', who.is_active AND grants.read_reaches AND grants.write_reaches, 'grants', grants.write)) AS writing, json_build_array(json_build_object('allowed', who.is_active AND grants.read_reaches AND grants.write_reaches AND grants.delete_reaches, 'grants', grants.delete)) AS deleting, grants.field_rights AS field_rights 
FROM (SELECT "of".id AS id, "of".owner_id AS owner_id, "of".archived_at IS NULL AS is_live 
FROM accounts AS "of" 
WHERE "of".tenant_id = $3 AND "of".id = $4) AS rec JOIN (SELECT person.id AS user_id, key.id AS token_id, NULL::uuid AS contact_id, NULL::uuid AS company_id, person.team_id AS team_id, narrow.id AS role_id, person.id IS NOT NULL AND key.role_id IS NOT NULL AS is_narrowed, (key.id IS NULL OR key.revoked_at IS NULL AND key.archived_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > CAST($5 AS TIMESTAMP WITH TIME ZONE))) AND (person.id IS NULL OR person.is_active AND person.archived_at IS NULL) AS is_active 
FROM (SELECT CAST($6 AS UUID) AS user_id, CAST($7 AS UUID) AS token_id, CAST($8 AS UUID) AS contact_id) AS asked LEFT OUTER JOIN tokens AS key ON key.tenant_id = $3 AND (key.id = CAST($9 AS UUID) OR key.tenant_id = $3) AND key.id = asked.token_id LEFT OUTER JOIN users AS person ON person.tenant_id = $3 AND person.id = coalesce(asked.user_id, key.user_id) LEFT OUTER JOIN roles AS narrow ON narrow.tenant_id = $3 AND narrow.id = key.role_id AND narrow.archived_at IS NULL 
WHERE person.id IS NOT NULL OR key.id IS NOT NULL) AS who ON true JOIN LATERAL (SELECT CASE WHEN rec.owner_id = who.user_id THEN 1 WHEN (chain.path IS NOT NULL) THEN 2 ELSE 3 END AS needed, chain.path AS path 
FROM (SELECT 1 AS one) AS one LEFT OUTER JOIN LATERAL (SELECT CASE WHEN (team_0.id = who.team_id OR team_0.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_0.id)) WHEN (team_1.id = who.team_id OR team_1.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_2.id = who.team_id OR team_2.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_3.id = who.team_id OR team_3.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_4.id = who.team_id OR team_4.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_5.id = who.team_id OR team_5.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_6.id = who.team_id OR team_6.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_7.id = who.team_id OR team_7.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_7.id), json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_8.id = who.team_id OR team_8.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_8.id), json_build_object('team_id', team_7.id), json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_9.id = who.team_id OR team_9.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_9.id), json_build_object('team_id', team_8.id), json_build_object('team_id', team_7.id), json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) END AS path 
FROM users AS owner LEFT OUTER JOIN teams AS team_0 ON team_0.tenant_id = $3 AND team_0.id = owner.team_id AND team_0.archived_at IS NULL LEFT OUTER JOIN teams AS team_1 ON team_1.tenant_id = $3 AND team_1.id = team_0.parent_id AND team_1.archived_at IS NULL LEFT OUTER JOIN teams AS team_2 ON team_2.tenant_id = $3 AND team_2.id = team_1.parent_id AND team_2.archived_at IS NULL LEFT OUTER JOIN teams AS team_3 ON team_3.tenant_id = $3 AND team_3.id = team_2.parent_id AND team_3.archived_at IS NULL LEFT OUTER JOIN teams AS team_4 ON team_4.tenant_id = $3 AND team_4.id = team_3.parent_id AND team_4.archived_at IS NULL LEFT OUTER JOIN teams AS team_5 ON team_5.tenant_id = $3 AND team_5.id = team_4.parent_id AND team_5.archived_at IS NULL LEFT OUTER JOIN teams AS team_6 ON team_6.tenant_id = $3 AND team_6.id = team_5.parent_id AND team_6.archived_at IS NULL LEFT OUTER JOIN teams AS team_7 ON team_7.tenant_id = $3 AND team_7.id = team_6.parent_id AND team_7.archived_at IS NULL LEFT OUTER JOIN teams AS team_8 ON team_8.tenant_id = $3 AND team_8.id = team_7.parent_id AND team_8.archived_at IS NULL LEFT OUTER JOIN teams AS team_9 ON team_9.tenant_id = $3 AND team_9.id = team_8.parent_id AND team_9.archived_at IS NULL 
WHERE owner.tenant_id = $3 AND owner.id = rec.owner_id AND (team_0.id = who.team_id OR team_0.manager_id = who.user_id OR team_1.id = who.team_id OR team_1.manager_id = who.user_id OR team_2.id = who.team_id OR team_2.manager_id = who.user_id OR team_3.id = who.team_id OR team_3.manager_id = who.user_id OR team_4.id = who.team_id OR team_4.manager_id = who.user_id OR team_5.id = who.team_id OR team_5.manager_id = who.user_id OR team_6.id = who.team_id OR team_6.manager_id = who.user_id OR team_7.id = who.team_id OR team_7.manager_id = who.user_id OR team_8.id = who.team_id OR team_8.manager_id = who.user_id OR team_9.id = who.team_id OR team_9.manager_id = who.user_id)) AS chain ON true) AS teams ON true JOIN LATERAL (SELECT coalesce(json_agg(json_build_object('kind', 'ROLE', 'role_id', held.id, 'role_name', held.name, 'level', CASE WHEN (held.read = 1) THEN 'OWN' WHEN (held.read = 2) THEN 'TEAM' WHEN (held.read = 3) THEN 'ALL' ELSE 'NONE' END, 'because', CASE WHEN (held.read = 3) THEN 'ALL' WHEN (teams.needed = 1) THEN 'OWN' ELSE 'TEAM' END, 'teams', coalesce(CASE WHEN (held.read != 3 AND teams.needed = 2) THEN teams.path ELSE NULL::json END, '[]'::json), 'field_rights', json_build_array(json_build_object('object', 'account', 'field_set', 'commercial', 'access', CASE WHEN (held.set_0 = 1) THEN 'READ' WHEN (held.set_0 = 2) THEN 'WRITE' ELSE 'HIDDEN' END), json_build_object('object', 'account', 'field_set', 'internal_notes', 'access', CASE WHEN (held.set_1 = 1) THEN 'READ' WHEN (held.set_1 = 2) THEN 'WRITE' ELSE 'HIDDEN' END))) ORDER BY held.name) FILTER (WHERE held.read >= teams.needed), '[]'::json) AS read, coalesce(bool_or(held.read >= teams.needed), false) AS read_reaches, coalesce(json_agg(json_build_object('kind', 'ROLE', 'role_id', held.id, 'role_name', held.name, 'level', CASE WHEN (held.write = 1) THEN 'OWN' WHEN (held.write = 2) THEN 'TEAM' WHEN (held.write = 3) THEN 'ALL' ELSE 'NONE' END, 'because', CASE WHEN (held.write = 3) THEN 'ALL' WHEN (teams.needed = 1) THEN 'OWN' ELSE 'TEAM' END, 'teams', coalesce(CASE WHEN (held.write != 3 AND teams.needed = 2) THEN teams.path ELSE NULL::json END, '[]'::json), 'field_rights', json_build_array(json_build_object('object', 'account', 'field_set', 'commercial', 'access', CASE WHEN (held.set_0 = 1) THEN 'READ' WHEN (held.set_0 = 2) THEN 'WRITE' ELSE 'HIDDEN' END), json_build_object('object', 'account', 'field_set', 'internal_notes', 'access', CASE WHEN (held.set_1 = 1) THEN 'READ' WHEN (held.set_1 = 2) THEN 'WRITE' ELSE 'HIDDEN' END))) ORDER BY held.name) FILTER (WHERE held.write >= teams.needed), '[]'::json) AS write, coalesce(bool_or(held.write >= teams.needed), false) AS write_reaches, coalesce(json_agg(json_build_object('kind', 'ROLE', 'role_id', held.id, 'role_name', held.name, 'level', CASE WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 1) THEN 'OWN' WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 2) THEN 'TEAM' WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 3) THEN 'ALL' ELSE 'NONE' END, 'because', CASE WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 3) THEN 'ALL' WHEN (teams.needed = 1) THEN 'OWN' ELSE 'TEAM' END, 'teams', coalesce(CASE WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END != 3 AND teams.needed = 2) THEN teams.path ELSE NULL::json END, '[]'::json), 'field_rights', json_build_array(json_build_object('object', 'account', 'field_set', 'commercial', 'access', CASE WHEN (held.set_0 = 1) THEN 'READ' WHEN (held.set_0 = 2) THEN 'WRITE' ELSE 'HIDDEN' END), json_build_object('object', 'account', 'field_set', 'internal_notes', 'access', CASE WHEN (held.set_1 = 1) THEN 'READ' WHEN (held.set_1 = 2) THEN 'WRITE' ELSE 'HIDDEN' END))) ORDER BY held.name) FILTER (WHERE CASE WHEN held.delete THEN held.widest ELSE 0 END >= teams.needed), '[]'::json) AS delete, coalesce(bool_or(CASE WHEN held.delete THEN held.widest ELSE 0 END >= teams.needed), false) AS delete_reaches, json_build_array(json_build_object('object', 'account', 'field_set', 'commercial', 'access', CASE WHEN (coalesce(max(held.set_0), 0) = 1) THEN 'READ' WHEN (coalesce(max(held.set_0), 0) = 2) THEN 'WRITE' ELSE 'HIDDEN' END), json_build_object('object', 'account', 'field_set', 'internal_notes', 'access', CASE WHEN (coalesce(max(held.set_1), 0) = 1) THEN 'READ' WHEN (coalesce(max(held.set_1), 0) = 2) THEN 'WRITE' ELSE 'HIDDEN' END)) AS field_rights 
FROM (SELECT role.id AS id, role.name AS name, CASE WHEN who.is_narrowed THEN least(own.read, most.read) ELSE own.read END AS read, CASE WHEN who.is_narrowed THEN least(own.write, most.write) ELSE own.write END AS write, CASE WHEN who.is_narrowed THEN own.delete AND most.delete ELSE own.delete END AS delete, max(CASE WHEN who.is_narrowed THEN least(own.write, most.write) ELSE own.write END) OVER () AS widest, CASE WHEN who.is_narrowed THEN least(own_fields.set_0, most_fields.set_0) ELSE own_fields.set_0 END AS set_0, CASE WHEN who.is_narrowed THEN least(own_fields.set_1, most_fields.set_1) ELSE own_fields.set_1 END AS set_1 
FROM roles AS role JOIN LATERAL (SELECT coalesce(max(CASE WHEN (own_cell.read = 'OWN') THEN 1 WHEN (own_cell.read = 'TEAM') THEN 2 WHEN (own_cell.read = 'ALL') THEN 3 ELSE 0 END), 0) AS read, coalesce(max(CASE WHEN (own_cell.write = 'OWN') THEN 1 WHEN (own_cell.write = 'TEAM') THEN 2 WHEN (own_cell.write = 'ALL') THEN 3 ELSE 0 END), 0) AS write, coalesce(bool_or(own_cell.delete), false) AS delete 
FROM role_rights AS own_cell 
WHERE own_cell.tenant_id = $3 AND own_cell.role_id = role.id AND (own_cell.object = 'account' OR own_cell.object = '*')) AS own ON true JOIN LATERAL (SELECT coalesce(max(CASE WHEN (most_cell.read = 'OWN') THEN 1 WHEN (most_cell.read = 'TEAM') THEN 2 WHEN (most_cell.read = 'ALL') THEN 3 ELSE 0 END), 0) AS read, coalesce(max(CASE WHEN (most_cell.write = 'OWN') THEN 1 WHEN (most_cell.write = 'TEAM') THEN 2 WHEN (most_cell.write = 'ALL') THEN 3 ELSE 0 END), 0) AS write, coalesce(bool_or(most_cell.delete), false) AS delete 
FROM role_rights AS most_cell 
WHERE most_cell.tenant_id = $3 AND most_cell.role_id = who.role_id AND (most_cell.object = 'account' OR most_cell.object = '*')) AS most ON true JOIN LATERAL (SELECT coalesce(max(CASE WHEN (own_fields_cell.access = 'READ') THEN 1 WHEN (own_fields_cell.access = 'WRITE') THEN 2 ELSE 0 END) FILTER (WHERE own_fields_cell.field_set = 'commercial' OR own_fields_cell.field_set = '*'), 0) AS set_0, coalesce(max(CASE WHEN (own_fields_cell.access = 'READ') THEN 1 WHEN (own_fields_cell.access = 'WRITE') THEN 2 ELSE 0 END) FILTER (WHERE own_fields_cell.field_set = 'internal_notes' OR own_fields_cell.field_set = '*'), 0) AS set_1 
FROM role_field_rights AS own_fields_cell 
WHERE own_fields_cell.tenant_id = $3 AND own_fields_cell.role_id = role.id AND (own_fields_cell.object = 'account' OR own_fields_cell.object = '*')) AS own_fields ON true JOIN LATERAL (SELECT coalesce(max(CASE WHEN (most_fields_cell.access = 'READ') THEN 1 WHEN (most_fields_cell.access = 'WRITE') THEN 2 ELSE 0 END) FILTER (WHERE most_fields_cell.field_set = 'commercial' OR most_fields_cell.field_set = '*'), 0) AS set_0, coalesce(max(CASE WHEN (most_fields_cell.access = 'READ') THEN 1 WHEN (most_fields_cell.access = 'WRITE') THEN 2 ELSE 0 END) FILTER (WHERE most_fields_cell.field_set = 'internal_notes' OR most_fields_cell.field_set = '*'), 0) AS set_1 
FROM role_field_rights AS most_fields_cell 
WHERE most_fields_cell.tenant_id = $3 AND most_fields_cell.role_id = who.role_id AND (most_fields_cell.object = 'account' OR most_fields_cell.object = '*')) AS most_fields ON true 
WHERE role.tenant_id = $3 AND role.archived_at IS NULL AND CASE WHEN (who.user_id IS NULL) THEN role.id = who.role_id ELSE EXISTS (SELECT 1 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.user_id = who.user_id AND holding.role_id = role.id) END) AS held) AS grants ON true) AS t1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t2.id), 'hex') AS id 
FROM accounts AS t2 
WHERE t2.tenant_id = $3 AND t2.id = t1.record_id AND t1.record_type = 'account') AS r2) AS x2 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT 'bhr_' || encode(uuid_send(t3.id), 'hex') AS id 
FROM business_hours AS t3 
WHERE t3.tenant_id = $3 AND t3.id = t1.record_id AND t1.record_type = 'business_hours') AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT 'cas_' || encode(uuid_send(t4.id), 'hex') AS id 
FROM cases AS t4 
WHERE t4.tenant_id = $3 AND t4.id = t1.record_id AND t1.record_type = 'case') AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT 'cer_' || encode(uuid_send(t5.id), 'hex') AS id 
FROM certifications AS t5 
WHERE t5.tenant_id = $3 AND t5.id = t1.record_id AND t1.record_type = 'certification') AS r5) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r6) AS j 
FROM (SELECT 'cpl_' || encode(uuid_send(t6.id), 'hex') AS id 
FROM commission_plans AS t6 
WHERE t6.tenant_id = $3 AND t6.id = t1.record_id AND t1.record_type = 'commission_plan') AS r6) AS x6 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT 'con_' || encode(uuid_send(t7.id), 'hex') AS id 
FROM contacts AS t7 
WHERE t7.tenant_id = $3 AND t7.id = t1.record_id AND t1.record_type = 'contact') AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT 'dlr_' || encode(uuid_send(t8.id), 'hex') AS id 
FROM deal_registrations AS t8 
WHERE t8.tenant_id = $3 AND t8.id = t1.record_id AND t1.record_type = 'deal_registration') AS r8) AS x8 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT 'ent_' || encode(uuid_send(t9.id), 'hex') AS id 
FROM entitlements AS t9 
WHERE t9.tenant_id = $3 AND t9.id = t1.record_id AND t1.record_type = 'entitlement') AS r9) AS x9 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT 'esr_' || encode(uuid_send(t10.id), 'hex') AS id 
FROM escalation_rules AS t10 
WHERE t10.tenant_id = $3 AND t10.id = t1.record_id AND t1.record_type = 'escalation_rule') AS r10) AS x10 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r11) AS j 
FROM (SELECT 'fpr_' || encode(uuid_send(t11.id), 'hex') AS id 
FROM field_profiles AS t11 
WHERE t11.tenant_id = $3 AND t11.id = t1.record_id AND t1.record_type = 'field_profile') AS r11) AS x11 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT 'hol_' || encode(uuid_send(t12.id), 'hex') AS id 
FROM holiday_calendars AS t12 
WHERE t12.tenant_id = $3 AND t12.id = t1.record_id AND t1.record_type = 'holiday_calendar') AS r12) AS x12 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT 'kba_' || encode(uuid_send(t13.id), 'hex') AS id 
FROM knowledge_articles AS t13 
WHERE t13.tenant_id = $3 AND t13.id = t1.record_id AND t1.record_type = 'knowledge_article') AS r13) AS x13 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r14) AS j 
FROM (SELECT 'lea_' || encode(uuid_send(t14.id), 'hex') AS id 
FROM leads AS t14 
WHERE t14.tenant_id = $3 AND t14.id = t1.record_id AND t1.record_type = 'lead') AS r14) AS x14 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r15) AS j 
FROM (SELECT 'opp_' || encode(uuid_send(t15.id), 'hex') AS id 
FROM opportunities AS t15 
WHERE t15.tenant_id = $3 AND t15.id = t1.record_id AND t1.record_type = 'opportunity') AS r15) AS x15 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT 'pce_' || encode(uuid_send(t16.id), 'hex') AS id 
FROM partner_certifications AS t16 
WHERE t16.tenant_id = $3 AND t16.id = t1.record_id AND t1.record_type = 'partner_certification') AS r16) AS x16 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r17) AS j 
FROM (SELECT 'pco_' || encode(uuid_send(t17.id), 'hex') AS id 
FROM partner_commissions AS t17 
WHERE t17.tenant_id = $3 AND t17.id = t1.record_id AND t1.record_type = 'partner_commission') AS r17) AS x17 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r18) AS j 
FROM (SELECT 'pcn_' || encode(uuid_send(t18.id), 'hex') AS id 
FROM partner_commission_entries AS t18 
WHERE t18.tenant_id = $3 AND t18.id = t1.record_id AND t1.record_type = 'partner_commission_entry') AS r18) AS x18 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r19) AS j 
FROM (SELECT 'pcs_' || encode(uuid_send(t19.id), 'hex') AS id 
FROM partner_commission_statements AS t19 
WHERE t19.tenant_id = $3 AND t19.id = t1.record_id AND t1.record_type = 'partner_commission_statement') AS r19) AS x19 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r20) AS j 
FROM (SELECT 'mda_' || encode(uuid_send(t20.id), 'hex') AS id 
FROM partner_fund_allocations AS t20 
WHERE t20.tenant_id = $3 AND t20.id = t1.record_id AND t1.record_type = 'partner_fund_allocation') AS r20) AS x20 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r21) AS j 
FROM (SELECT 'mdc_' || encode(uuid_send(t21.id), 'hex') AS id 
FROM partner_fund_claims AS t21 
WHERE t21.tenant_id = $3 AND t21.id = t1.record_id AND t1.record_type = 'partner_fund_claim') AS r21) AS x21 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r22) AS j 
FROM (SELECT 'mdf_' || encode(uuid_send(t22.id), 'hex') AS id 
FROM partner_fund_requests AS t22 
WHERE t22.tenant_id = $3 AND t22.id = t1.record_id AND t1.record_type = 'partner_fund_request') AS r22) AS x22 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r23) AS j 
FROM (SELECT 'plo_' || encode(uuid_send(t23.id), 'hex') AS id 
FROM partner_lead_offers AS t23 
WHERE t23.tenant_id = $3 AND t23.id = t1.record_id AND t1.record_type = 'partner_lead_offer') AS r23) AS x23 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r24) AS j 
FROM (SELECT 'plp_' || encode(uuid_send(t24.id), 'hex') AS id 
FROM partner_lead_profiles AS t24 
WHERE t24.tenant_id = $3 AND t24.id = t1.record_id AND t1.record_type = 'partner_lead_profile') AS r24) AS x24 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r25) AS j 
FROM (SELECT 'mdb_' || encode(uuid_send(t25.id), 'hex') AS id 
FROM partner_marketing_budgets AS t25 
WHERE t25.tenant_id = $3 AND t25.id = t1.record_id AND t1.record_type = 'partner_marketing_budget') AS r25) AS x25 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r26) AS j 
FROM (SELECT 'pmb_' || encode(uuid_send(t26.id), 'hex') AS id 
FROM partner_memberships AS t26 
WHERE t26.tenant_id = $3 AND t26.id = t1.record_id AND t1.record_type = 'partner_membership') AS r26) AS x26 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r27) AS j 
FROM (SELECT 'prg_' || encode(uuid_send(t27.id), 'hex') AS id 
FROM partner_programs AS t27 
WHERE t27.tenant_id = $3 AND t27.id = t1.record_id AND t1.record_type = 'partner_program') AS r27) AS x27 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r28) AS j 
FROM (SELECT 'pti_' || encode(uuid_send(t28.id), 'hex') AS id 
FROM partner_tiers AS t28 
WHERE t28.tenant_id = $3 AND t28.id = t1.record_id AND t1.record_type = 'partner_tier') AS r28) AS x28 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r29) AS j 
FROM (SELECT 'pus_' || encode(uuid_send(t29.id), 'hex') AS id 
FROM partner_users AS t29 
WHERE t29.tenant_id = $3 AND t29.id = t1.record_id AND t1.record_type = 'partner_user') AS r29) AS x29 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r30) AS j 
FROM (SELECT 'pip_' || encode(uuid_send(t30.id), 'hex') AS id 
FROM pipelines AS t30 
WHERE t30.tenant_id = $3 AND t30.id = t1.record_id AND t1.record_type = 'pipeline') AS r30) AS x30 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r31) AS j 
FROM (SELECT 'prd_' || encode(uuid_send(t31.id), 'hex') AS id 
FROM products AS t31 
WHERE t31.tenant_id = $3 AND t31.id = t1.record_id AND t1.record_type = 'product') AS r31) AS x31 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r32) AS j 
FROM (SELECT 'que_' || encode(uuid_send(t32.id), 'hex') AS id 
FROM queues AS t32 
WHERE t32.tenant_id = $3 AND t32.id = t1.record_id AND t1.record_type = 'queue') AS r32) AS x32 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r33) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t33.id), 'hex') AS id 
FROM record_shares AS t33 
WHERE t33.tenant_id = $3 AND t33.id = t1.record_id AND t1.record_type = 'record_share') AS r33) AS x33 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r34) AS j 
FROM (SELECT 'rol_' || encode(uuid_send(t34.id), 'hex') AS id 
FROM roles AS t34 
WHERE t34.tenant_id = $3 AND t34.id = t1.record_id AND t1.record_type = 'role') AS r34) AS x34 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r35) AS j 
FROM (SELECT 'sat_' || encode(uuid_send(t35.id), 'hex') AS id 
FROM satisfaction_requests AS t35 
WHERE t35.tenant_id = $3 AND t35.id = t1.record_id AND t1.record_type = 'satisfaction_request') AS r35) AS x35 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r36) AS j 
FROM (SELECT 'sla_' || encode(uuid_send(t36.id), 'hex') AS id 
FROM sla_policies AS t36 
WHERE t36.tenant_id = $3 AND t36.id = t1.record_id AND t1.record_type = 'sla_policy') AS r36) AS x36 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r37) AS j 
FROM (SELECT 'stg_' || encode(uuid_send(t37.id), 'hex') AS id 
FROM stages AS t37 
WHERE t37.tenant_id = $3 AND t37.id = t1.record_id AND t1.record_type = 'stage') AS r37) AS x37 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r38) AS j 
FROM (SELECT 'tea_' || encode(uuid_send(t38.id), 'hex') AS id 
FROM teams AS t38 
WHERE t38.tenant_id = $3 AND t38.id = t1.record_id AND t1.record_type = 'team') AS r38) AS x38 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r39) AS j 
FROM (SELECT 'tok_' || encode(uuid_send(t39.id), 'hex') AS id 
FROM tokens AS t39 
WHERE t39.tenant_id = $3 AND t39.id = t1.record_id AND t1.record_type = 'token') AS r39) AS x39 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r40) AS j 
FROM (SELECT 'usr_' || encode(uuid_send(t40.id), 'hex') AS id 
FROM users AS t40 
WHERE t40.tenant_id = $3 AND t40.id = t1.record_id AND t1.record_type = 'user') AS r40) AS x40 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r41) AS j 
FROM (SELECT 'whk_' || encode(uuid_send(t41.id), 'hex') AS id 
FROM webhook_endpoints AS t41 
WHERE t41.tenant_id = $3 AND t41.id = t1.record_id AND t1.record_type = 'webhook_endpoint') AS r41) AS x41 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r42) AS j 
FROM (SELECT t42.name AS name 
FROM users AS t42 
WHERE t42.tenant_id = $3 AND t42.id = t1.user_id) AS r42) AS x42 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r43) AS j 
FROM (SELECT p43.allowed AS allowed, x44.j AS grants 
FROM json_to_recordset(t1.reading) AS p43(allowed BOOLEAN, grants JSON) LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r44)), '[]'::json) AS j 
FROM (SELECT p44.kind AS kind, p44.role_name AS "roleName", x45.j AS role, CASE WHEN (p44.role_name IS NULL) THEN NULL ELSE p44.level END AS level, p44.because AS because, x46.j AS teams, x48.j AS "fieldRights" 
FROM json_to_recordset(p43.grants) AS p44(kind TEXT, role_id UUID, role_name TEXT, share_id UUID, level TEXT, because TEXT, teams JSON, field_rights JSON) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r45) AS j 
FROM (SELECT t45.name AS name 
FROM roles AS t45 
WHERE t45.tenant_id = $3 AND t45.id = p44.role_id) AS r45) AS x45 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r46)), '[]'::json) AS j 
FROM (SELECT x47.j AS team 
FROM json_to_recordset(p44.teams) AS p46(team_id UUID) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r47) AS j 
FROM (SELECT t47.name AS name 
FROM teams AS t47 
WHERE t47.tenant_id = $3 AND t47.id = p46.team_id) AS r47) AS x47 ON true) AS r46) AS x46 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r48)), '[]'::json) AS j 
FROM (SELECT p48.field_set AS "fieldSet", p48.access AS access 
FROM json_to_recordset(p44.field_rights) AS p48(object TEXT, field_set TEXT, access TEXT)) AS r48) AS x48 ON true) AS r44) AS x44 ON true) AS r43) AS x43 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r49) AS j 
FROM (SELECT p49.allowed AS allowed, x50.j AS grants 
FROM json_to_recordset(t1.writing) AS p49(allowed BOOLEAN, grants JSON) LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r50)), '[]'::json) AS j 
FROM (SELECT p50.kind AS kind, p50.role_name AS "roleName", x51.j AS role, CASE WHEN (p50.role_name IS NULL) THEN NULL ELSE p50.level END AS level, p50.because AS because, x52.j AS teams, x54.j AS "fieldRights" 
FROM json_to_recordset(p49.grants) AS p50(kind TEXT, role_id UUID, role_name TEXT, share_id UUID, level TEXT, because TEXT, teams JSON, field_rights JSON) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r51) AS j 
FROM (SELECT t51.name AS name 
FROM roles AS t51 
WHERE t51.tenant_id = $3 AND t51.id = p50.role_id) AS r51) AS x51 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r52)), '[]'::json) AS j 
FROM (SELECT x53.j AS team 
FROM json_to_recordset(p50.teams) AS p52(team_id UUID) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r53) AS j 
FROM (SELECT t53.name AS name 
FROM teams AS t53 
WHERE t53.tenant_id = $3 AND t53.id = p52.team_id) AS r53) AS x53 ON true) AS r52) AS x52 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r54)), '[]'::json) AS j 
FROM (SELECT p54.field_set AS "fieldSet", p54.access AS access 
FROM json_to_recordset(p50.field_rights) AS p54(object TEXT, field_set TEXT, access TEXT)) AS r54) AS x54 ON true) AS r50) AS x50 ON true) AS r49) AS x49 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r55) AS j 
FROM (SELECT p55.allowed AS allowed 
FROM json_to_recordset(t1.deleting) AS p55(allowed BOOLEAN, grants JSON)) AS r55) AS x55 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r56)), '[]'::json) AS j 
FROM (SELECT p56.object AS object, p56.field_set AS "fieldSet", p56.access AS access 
FROM json_to_recordset(t1.field_rights) AS p56(object TEXT, field_set TEXT, access TEXT)) AS r56) AS x56 ON true) AS r1) AS rita, (SELECT row_to_json(r57) AS j 
FROM (SELECT t57.is_active AS "isActive", x58.j AS read, x59.j AS write, x65.j AS "fieldRights" 
FROM (SELECT 'product' AS record_type, rec.id AS record_id, who.user_id AS user_id, who.token_id AS token_id, who.contact_id AS contact_id, who.is_active AS is_active, json_build_array(json_build_object('allowed', who.is_active AND grants.read_reaches, 'grants', grants.read)) AS reading, json_build_array(json_build_object('allowed', who.is_active AND grants.read_reaches AND grants.write_reaches, 'grants', grants.write)) AS writing, json_build_array(json_build_object('allowed', who.is_active AND grants.read_reaches AND grants.write_reaches AND grants.delete_reaches, 'grants', grants.delete)) AS deleting, grants.field_rights AS field_rights 
FROM (SELECT "of".id AS id, NULL::uuid AS owner_id, "of".archived_at IS NULL AS is_live 
FROM products AS "of" 
WHERE "of".tenant_id = $3 AND "of".id = $10) AS rec JOIN (SELECT person.id AS user_id, key.id AS token_id, NULL::uuid AS contact_id, NULL::uuid AS company_id, person.team_id AS team_id, narrow.id AS role_id, person.id IS NOT NULL AND key.role_id IS NOT NULL AS is_narrowed, (key.id IS NULL OR key.revoked_at IS NULL AND key.archived_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > CAST($5 AS TIMESTAMP WITH TIME ZONE))) AND (person.id IS NULL OR person.is_active AND person.archived_at IS NULL) AS is_active 
FROM (SELECT CAST($11 AS UUID) AS user_id, CAST($12 AS UUID) AS token_id, CAST($13 AS UUID) AS contact_id) AS asked LEFT OUTER JOIN tokens AS key ON key.tenant_id = $3 AND (key.id = CAST($14 AS UUID) OR key.tenant_id = $3) AND key.id = asked.token_id LEFT OUTER JOIN users AS person ON person.tenant_id = $3 AND person.id = coalesce(asked.user_id, key.user_id) LEFT OUTER JOIN roles AS narrow ON narrow.tenant_id = $3 AND narrow.id = key.role_id AND narrow.archived_at IS NULL 
WHERE person.id IS NOT NULL OR key.id IS NOT NULL) AS who ON true JOIN LATERAL (SELECT CASE WHEN rec.owner_id = who.user_id THEN 1 WHEN (chain.path IS NOT NULL) THEN 2 ELSE 3 END AS needed, chain.path AS path 
FROM (SELECT 1 AS one) AS one LEFT OUTER JOIN LATERAL (SELECT CASE WHEN (team_0.id = who.team_id OR team_0.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_0.id)) WHEN (team_1.id = who.team_id OR team_1.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_2.id = who.team_id OR team_2.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_3.id = who.team_id OR team_3.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_4.id = who.team_id OR team_4.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_5.id = who.team_id OR team_5.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_6.id = who.team_id OR team_6.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_7.id = who.team_id OR team_7.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_7.id), json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_8.id = who.team_id OR team_8.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_8.id), json_build_object('team_id', team_7.id), json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_9.id = who.team_id OR team_9.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_9.id), json_build_object('team_id', team_8.id), json_build_object('team_id', team_7.id), json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) END AS path 
FROM users AS owner LEFT OUTER JOIN teams AS team_0 ON team_0.tenant_id = $3 AND team_0.id = owner.team_id AND team_0.archived_at IS NULL LEFT OUTER JOIN teams AS team_1 ON team_1.tenant_id = $3 AND team_1.id = team_0.parent_id AND team_1.archived_at IS NULL LEFT OUTER JOIN teams AS team_2 ON team_2.tenant_id = $3 AND team_2.id = team_1.parent_id AND team_2.archived_at IS NULL LEFT OUTER JOIN teams AS team_3 ON team_3.tenant_id = $3 AND team_3.id = team_2.parent_id AND team_3.archived_at IS NULL LEFT OUTER JOIN teams AS team_4 ON team_4.tenant_id = $3 AND team_4.id = team_3.parent_id AND team_4.archived_at IS NULL LEFT OUTER JOIN teams AS team_5 ON team_5.tenant_id = $3 AND team_5.id = team_4.parent_id AND team_5.archived_at IS NULL LEFT OUTER JOIN teams AS team_6 ON team_6.tenant_id = $3 AND team_6.id = team_5.parent_id AND team_6.archived_at IS NULL LEFT OUTER JOIN teams AS team_7 ON team_7.tenant_id = $3 AND team_7.id = team_6.parent_id AND team_7.archived_at IS NULL LEFT OUTER JOIN teams AS team_8 ON team_8.tenant_id = $3 AND team_8.id = team_7.parent_id AND team_8.archived_at IS NULL LEFT OUTER JOIN teams AS team_9 ON team_9.tenant_id = $3 AND team_9.id = team_8.parent_id AND team_9.archived_at IS NULL 
WHERE owner.tenant_id = $3 AND owner.id = rec.owner_id AND (team_0.id = who.team_id OR team_0.manager_id = who.user_id OR team_1.id = who.team_id OR team_1.manager_id = who.user_id OR team_2.id = who.team_id OR team_2.manager_id = who.user_id OR team_3.id = who.team_id OR team_3.manager_id = who.user_id OR team_4.id = who.team_id OR team_4.manager_id = who.user_id OR team_5.id = who.team_id OR team_5.manager_id = who.user_id OR team_6.id = who.team_id OR team_6.manager_id = who.user_id OR team_7.id = who.team_id OR team_7.manager_id = who.user_id OR team_8.id = who.team_id OR team_8.manager_id = who.user_id OR team_9.id = who.team_id OR team_9.manager_id = who.user_id)) AS chain ON true) AS teams ON true JOIN LATERAL (SELECT coalesce(json_agg(json_build_object('kind', 'ROLE', 'role_id', held.id, 'role_name', held.name, 'level', CASE WHEN (held.read = 1) THEN 'OWN' WHEN (held.read = 2) THEN 'TEAM' WHEN (held.read = 3) THEN 'ALL' ELSE 'NONE' END, 'because', CASE WHEN (held.read = 3) THEN 'ALL' WHEN (teams.needed = 1) THEN 'OWN' ELSE 'TEAM' END, 'teams', coalesce(CASE WHEN (held.read != 3 AND teams.needed = 2) THEN teams.path ELSE NULL::json END, '[]'::json), 'field_rights', '[]'::json) ORDER BY held.name) FILTER (WHERE held.read >= teams.needed), '[]'::json) AS read, coalesce(bool_or(held.read >= teams.needed), false) AS read_reaches, coalesce(json_agg(json_build_object('kind', 'ROLE', 'role_id', held.id, 'role_name', held.name, 'level', CASE WHEN (held.write = 1) THEN 'OWN' WHEN (held.write = 2) THEN 'TEAM' WHEN (held.write = 3) THEN 'ALL' ELSE 'NONE' END, 'because', CASE WHEN (held.write = 3) THEN 'ALL' WHEN (teams.needed = 1) THEN 'OWN' ELSE 'TEAM' END, 'teams', coalesce(CASE WHEN (held.write != 3 AND teams.needed = 2) THEN teams.path ELSE NULL::json END, '[]'::json), 'field_rights', '[]'::json) ORDER BY held.name) FILTER (WHERE held.write >= teams.needed), '[]'::json) AS write, coalesce(bool_or(held.write >= teams.needed), false) AS write_reaches, coalesce(json_agg(json_build_object('kind', 'ROLE', 'role_id', held.id, 'role_name', held.name, 'level', CASE WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 1) THEN 'OWN' WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 2) THEN 'TEAM' WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 3) THEN 'ALL' ELSE 'NONE' END, 'because', CASE WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 3) THEN 'ALL' WHEN (teams.needed = 1) THEN 'OWN' ELSE 'TEAM' END, 'teams', coalesce(CASE WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END != 3 AND teams.needed = 2) THEN teams.path ELSE NULL::json END, '[]'::json), 'field_rights', '[]'::json) ORDER BY held.name) FILTER (WHERE CASE WHEN held.delete THEN held.widest ELSE 0 END >= teams.needed), '[]'::json) AS delete, coalesce(bool_or(CASE WHEN held.delete THEN held.widest ELSE 0 END >= teams.needed), false) AS delete_reaches, '[]'::json AS field_rights 
FROM (SELECT role.id AS id, role.name AS name, CASE WHEN who.is_narrowed THEN least(own.read, most.read) ELSE own.read END AS read, CASE WHEN who.is_narrowed THEN least(own.write, most.write) ELSE own.write END AS write, CASE WHEN who.is_narrowed THEN own.delete AND most.delete ELSE own.delete END AS delete, max(CASE WHEN who.is_narrowed THEN least(own.write, most.write) ELSE own.write END) OVER () AS widest 
FROM roles AS role JOIN LATERAL (SELECT coalesce(max(CASE WHEN (own_cell.read = 'OWN') THEN 1 WHEN (own_cell.read = 'TEAM') THEN 2 WHEN (own_cell.read = 'ALL') THEN 3 ELSE 0 END), 0) AS read, coalesce(max(CASE WHEN (own_cell.write = 'OWN') THEN 1 WHEN (own_cell.write = 'TEAM') THEN 2 WHEN (own_cell.write = 'ALL') THEN 3 ELSE 0 END), 0) AS write, coalesce(bool_or(own_cell.delete), false) AS delete 
FROM role_rights AS own_cell 
WHERE own_cell.tenant_id = $3 AND own_cell.role_id = role.id AND (own_cell.object = 'product' OR own_cell.object = '*')) AS own ON true JOIN LATERAL (SELECT coalesce(max(CASE WHEN (most_cell.read = 'OWN') THEN 1 WHEN (most_cell.read = 'TEAM') THEN 2 WHEN (most_cell.read = 'ALL') THEN 3 ELSE 0 END), 0) AS read, coalesce(max(CASE WHEN (most_cell.write = 'OWN') THEN 1 WHEN (most_cell.write = 'TEAM') THEN 2 WHEN (most_cell.write = 'ALL') THEN 3 ELSE 0 END), 0) AS write, coalesce(bool_or(most_cell.delete), false) AS delete 
FROM role_rights AS most_cell 
WHERE most_cell.tenant_id = $3 AND most_cell.role_id = who.role_id AND (most_cell.object = 'product' OR most_cell.object = '*')) AS most ON true 
WHERE role.tenant_id = $3 AND role.archived_at IS NULL AND CASE WHEN (who.user_id IS NULL) THEN role.id = who.role_id ELSE EXISTS (SELECT 1 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.user_id = who.user_id AND holding.role_id = role.id) END) AS held) AS grants ON true) AS t57 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r58) AS j 
FROM (SELECT p58.allowed AS allowed 
FROM json_to_recordset(t57.reading) AS p58(allowed BOOLEAN, grants JSON)) AS r58) AS x58 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r59) AS j 
FROM (SELECT p59.allowed AS allowed, x60.j AS grants 
FROM json_to_recordset(t57.writing) AS p59(allowed BOOLEAN, grants JSON) LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r60)), '[]'::json) AS j 
FROM (SELECT p60.kind AS kind, p60.role_name AS "roleName", x61.j AS role, CASE WHEN (p60.role_name IS NULL) THEN NULL ELSE p60.level END AS level, p60.because AS because, x62.j AS teams, x64.j AS "fieldRights" 
FROM json_to_recordset(p59.grants) AS p60(kind TEXT, role_id UUID, role_name TEXT, share_id UUID, level TEXT, because TEXT, teams JSON, field_rights JSON) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r61) AS j 
FROM (SELECT t61.name AS name 
FROM roles AS t61 
WHERE t61.tenant_id = $3 AND t61.id = p60.role_id) AS r61) AS x61 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r62)), '[]'::json) AS j 
FROM (SELECT x63.j AS team 
FROM json_to_recordset(p60.teams) AS p62(team_id UUID) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r63) AS j 
FROM (SELECT t63.name AS name 
FROM teams AS t63 
WHERE t63.tenant_id = $3 AND t63.id = p62.team_id) AS r63) AS x63 ON true) AS r62) AS x62 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r64)), '[]'::json) AS j 
FROM (SELECT p64.field_set AS "fieldSet", p64.access AS access 
FROM json_to_recordset(p60.field_rights) AS p64(object TEXT, field_set TEXT, access TEXT)) AS r64) AS x64 ON true) AS r60) AS x60 ON true) AS r59) AS x59 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r65)), '[]'::json) AS j 
FROM (SELECT p65.field_set AS "fieldSet" 
FROM json_to_recordset(t57.field_rights) AS p65(object TEXT, field_set TEXT, access TEXT)) AS r65) AS x65 ON true) AS r57) AS own) AS r) END AS anon_1

-- sales_rep: 15 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT CASE WHEN (t1.user_id IS NOT NULL) THEN 'usr_' || encode(uuid_send(t1.user_id), 'hex') WHEN (t1.contact_id IS NOT NULL) THEN 'con_' || encode(uuid_send(t1.contact_id), 'hex') ELSE 'tok_' || encode(uuid_send(t1.token_id), 'hex') END AS "principalId", t1.is_active AS "isActive", coalesce(x2.j, x3.j, x4.j, x5.j, x6.j, x7.j, x8.j, x9.j, x10.j, x11.j, x12.j, x13.j, x14.j, x15.j, x16.j, x17.j, x18.j, x19.j, x20.j, x21.j, x22.j, x23.j, x24.j, x25.j, x26.j, x27.j, x28.j, x29.j, x30.j, x31.j, x32.j, x33.j, x34.j, x35.j, x36.j, x37.j, x38.j, x39.j, x40.j, x41.j) AS record, x42.j AS "user", x43.j AS read, x49.j AS write, x55.j AS delete, x56.j AS "fieldRights" 
FROM (SELECT 'account' AS record_type, rec.id AS record_id, who.user_id AS user_id, who.token_id AS token_id, who.contact_id AS contact_id, who.is_active AS is_active, json_build_array(json_build_object('allowed', who.is_active AND grants.read_reaches, 'grants', grants.read)) AS reading, json_build_array(json_build_object('allowed', who.is_active AND grants.read_reaches AND grants.write_reaches, 'grants', grants.write)) AS writing, json_build_array(json_build_object('allowed', who.is_active AND grants.read_reaches AND grants.write_reaches AND grants.delete_reaches, 'grants', grants.delete)) AS deleting, grants.field_rights AS field_rights 
FROM (SELECT "of".id AS id, "of".owner_id AS owner_id, "of".archived_at IS NULL AS is_live 
FROM accounts AS "of" 
WHERE "of".tenant_id = $3 AND "of".owner_id = $4 AND "of".id = $5) AS rec JOIN (SELECT person.id AS user_id, key.id AS token_id, NULL::uuid AS contact_id, NULL::uuid AS company_id, person.team_id AS team_id, narrow.id AS role_id, person.id IS NOT NULL AND key.role_id IS NOT NULL AS is_narrowed, (key.id IS NULL OR key.revoked_at IS NULL AND key.archived_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE))) AND (person.id IS NULL OR person.is_active AND person.archived_at IS NULL) AS is_active 
FROM (SELECT CAST($7 AS UUID) AS user_id, CAST($8 AS UUID) AS token_id, CAST($9 AS UUID) AS contact_id) AS asked LEFT OUTER JOIN tokens AS key ON key.tenant_id = $3 AND (key.id = CAST($10 AS UUID) OR key.tenant_id = $3 AND false) AND key.id = asked.token_id LEFT OUTER JOIN users AS person ON person.tenant_id = $3 AND person.id = coalesce(asked.user_id, key.user_id) LEFT OUTER JOIN roles AS narrow ON narrow.tenant_id = $3 AND narrow.id = key.role_id AND narrow.archived_at IS NULL 
WHERE person.id IS NOT NULL OR key.id IS NOT NULL) AS who ON true JOIN LATERAL (SELECT CASE WHEN rec.owner_id = who.user_id THEN 1 WHEN (chain.path IS NOT NULL) THEN 2 ELSE 3 END AS needed, chain.path AS path 
FROM (SELECT 1 AS one) AS one LEFT OUTER JOIN LATERAL (SELECT CASE WHEN (team_0.id = who.team_id OR team_0.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_0.id)) WHEN (team_1.id = who.team_id OR team_1.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_2.id = who.team_id OR team_2.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_3.id = who.team_id OR team_3.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_4.id = who.team_id OR team_4.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_5.id = who.team_id OR team_5.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_6.id = who.team_id OR team_6.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_7.id = who.team_id OR team_7.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_7.id), json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_8.id = who.team_id OR team_8.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_8.id), json_build_object('team_id', team_7.id), json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_9.id = who.team_id OR team_9.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_9.id), json_build_object('team_id', team_8.id), json_build_object('team_id', team_7.id), json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) END AS path 
FROM users AS owner LEFT OUTER JOIN teams AS team_0 ON team_0.tenant_id = $3 AND team_0.id = owner.team_id AND team_0.archived_at IS NULL LEFT OUTER JOIN teams AS team_1 ON team_1.tenant_id = $3 AND team_1.id = team_0.parent_id AND team_1.archived_at IS NULL LEFT OUTER JOIN teams AS team_2 ON team_2.tenant_id = $3 AND team_2.id = team_1.parent_id AND team_2.archived_at IS NULL LEFT OUTER JOIN teams AS team_3 ON team_3.tenant_id = $3 AND team_3.id = team_2.parent_id AND team_3.archived_at IS NULL LEFT OUTER JOIN teams AS team_4 ON team_4.tenant_id = $3 AND team_4.id = team_3.parent_id AND team_4.archived_at IS NULL LEFT OUTER JOIN teams AS team_5 ON team_5.tenant_id = $3 AND team_5.id = team_4.parent_id AND team_5.archived_at IS NULL LEFT OUTER JOIN teams AS team_6 ON team_6.tenant_id = $3 AND team_6.id = team_5.parent_id AND team_6.archived_at IS NULL LEFT OUTER JOIN teams AS team_7 ON team_7.tenant_id = $3 AND team_7.id = team_6.parent_id AND team_7.archived_at IS NULL LEFT OUTER JOIN teams AS team_8 ON team_8.tenant_id = $3 AND team_8.id = team_7.parent_id AND team_8.archived_at IS NULL LEFT OUTER JOIN teams AS team_9 ON team_9.tenant_id = $3 AND team_9.id = team_8.parent_id AND team_9.archived_at IS NULL 
WHERE owner.tenant_id = $3 AND owner.id = rec.owner_id AND (team_0.id = who.team_id OR team_0.manager_id = who.user_id OR team_1.id = who.team_id OR team_1.manager_id = who.user_id OR team_2.id = who.team_id OR team_2.manager_id = who.user_id OR team_3.id = who.team_id OR team_3.manager_id = who.user_id OR team_4.id = who.team_id OR team_4.manager_id = who.user_id OR team_5.id = who.team_id OR team_5.manager_id = who.user_id OR team_6.id = who.team_id OR team_6.manager_id = who.user_id OR team_7.id = who.team_id OR team_7.manager_id = who.user_id OR team_8.id = who.team_id OR team_8.manager_id = who.user_id OR team_9.id = who.team_id OR team_9.manager_id = who.user_id)) AS chain ON true) AS teams ON true JOIN LATERAL (SELECT coalesce(json_agg(json_build_object('kind', 'ROLE', 'role_id', held.id, 'role_name', held.name, 'level', CASE WHEN (held.read = 1) THEN 'OWN' WHEN (held.read = 2) THEN 'TEAM' WHEN (held.read = 3) THEN 'ALL' ELSE 'NONE' END, 'because', CASE WHEN (held.read = 3) THEN 'ALL' WHEN (teams.needed = 1) THEN 'OWN' ELSE 'TEAM' END, 'teams', coalesce(CASE WHEN (held.read != 3 AND teams.needed = 2) THEN teams.path ELSE NULL::json END, '[]'::json), 'field_rights', json_build_array(json_build_object('object', 'account', 'field_set', 'commercial', 'access', CASE WHEN (held.set_0 = 1) THEN 'READ' WHEN (held.set_0 = 2) THEN 'WRITE' ELSE 'HIDDEN' END), json_build_object('object', 'account', 'field_set', 'internal_notes', 'access', CASE WHEN (held.set_1 = 1) THEN 'READ' WHEN (held.set_1 = 2) THEN 'WRITE' ELSE 'HIDDEN' END))) ORDER BY held.name) FILTER (WHERE held.read >= teams.needed), '[]'::json) AS read, coalesce(bool_or(held.read >= teams.needed), false) AS read_reaches, coalesce(json_agg(json_build_object('kind', 'ROLE', 'role_id', held.id, 'role_name', held.name, 'level', CASE WHEN (held.write = 1) THEN 'OWN' WHEN (held.write = 2) THEN 'TEAM' WHEN (held.write = 3) THEN 'ALL' ELSE 'NONE' END, 'because', CASE WHEN (held.write = 3) THEN 'ALL' WHEN (teams.needed = 1) THEN 'OWN' ELSE 'TEAM' END, 'teams', coalesce(CASE WHEN (held.write != 3 AND teams.needed = 2) THEN teams.path ELSE NULL::json END, '[]'::json), 'field_rights', json_build_array(json_build_object('object', 'account', 'field_set', 'commercial', 'access', CASE WHEN (held.set_0 = 1) THEN 'READ' WHEN (held.set_0 = 2) THEN 'WRITE' ELSE 'HIDDEN' END), json_build_object('object', 'account', 'field_set', 'internal_notes', 'access', CASE WHEN (held.set_1 = 1) THEN 'READ' WHEN (held.set_1 = 2) THEN 'WRITE' ELSE 'HIDDEN' END))) ORDER BY held.name) FILTER (WHERE held.write >= teams.needed), '[]'::json) AS write, coalesce(bool_or(held.write >= teams.needed), false) AS write_reaches, coalesce(json_agg(json_build_object('kind', 'ROLE', 'role_id', held.id, 'role_name', held.name, 'level', CASE WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 1) THEN 'OWN' WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 2) THEN 'TEAM' WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 3) THEN 'ALL' ELSE 'NONE' END, 'because', CASE WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 3) THEN 'ALL' WHEN (teams.needed = 1) THEN 'OWN' ELSE 'TEAM' END, 'teams', coalesce(CASE WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END != 3 AND teams.needed = 2) THEN teams.path ELSE NULL::json END, '[]'::json), 'field_rights', json_build_array(json_build_object('object', 'account', 'field_set', 'commercial', 'access', CASE WHEN (held.set_0 = 1) THEN 'READ' WHEN (held.set_0 = 2) THEN 'WRITE' ELSE 'HIDDEN' END), json_build_object('object', 'account', 'field_set', 'internal_notes', 'access', CASE WHEN (held.set_1 = 1) THEN 'READ' WHEN (held.set_1 = 2) THEN 'WRITE' ELSE 'HIDDEN' END))) ORDER BY held.name) FILTER (WHERE CASE WHEN held.delete THEN held.widest ELSE 0 END >= teams.needed), '[]'::json) AS delete, coalesce(bool_or(CASE WHEN held.delete THEN held.widest ELSE 0 END >= teams.needed), false) AS delete_reaches, json_build_array(json_build_object('object', 'account', 'field_set', 'commercial', 'access', CASE WHEN (coalesce(max(held.set_0), 0) = 1) THEN 'READ' WHEN (coalesce(max(held.set_0), 0) = 2) THEN 'WRITE' ELSE 'HIDDEN' END), json_build_object('object', 'account', 'field_set', 'internal_notes', 'access', CASE WHEN (coalesce(max(held.set_1), 0) = 1) THEN 'READ' WHEN (coalesce(max(held.set_1), 0) = 2) THEN 'WRITE' ELSE 'HIDDEN' END)) AS field_rights 
FROM (SELECT role.id AS id, role.name AS name, CASE WHEN who.is_narrowed THEN least(own.read, most.read) ELSE own.read END AS read, CASE WHEN who.is_narrowed THEN least(own.write, most.write) ELSE own.write END AS write, CASE WHEN who.is_narrowed THEN own.delete AND most.delete ELSE own.delete END AS delete, max(CASE WHEN who.is_narrowed THEN least(own.write, most.write) ELSE own.write END) OVER () AS widest, CASE WHEN who.is_narrowed THEN least(own_fields.set_0, most_fields.set_0) ELSE own_fields.set_0 END AS set_0, CASE WHEN who.is_narrowed THEN least(own_fields.set_1, most_fields.set_1) ELSE own_fields.set_1 END AS set_1 
FROM roles AS role JOIN LATERAL (SELECT coalesce(max(CASE WHEN (own_cell.read = 'OWN') THEN 1 WHEN (own_cell.read = 'TEAM') THEN 2 WHEN (own_cell.read = 'ALL') THEN 3 ELSE 0 END), 0) AS read, coalesce(max(CASE WHEN (own_cell.write = 'OWN') THEN 1 WHEN (own_cell.write = 'TEAM') THEN 2 WHEN (own_cell.write = 'ALL') THEN 3 ELSE 0 END), 0) AS write, coalesce(bool_or(own_cell.delete), false) AS delete 
FROM role_rights AS own_cell 
WHERE own_cell.tenant_id = $3 AND own_cell.role_id = role.id AND (own_cell.object = 'account' OR own_cell.object = '*')) AS own ON true JOIN LATERAL (SELECT coalesce(max(CASE WHEN (most_cell.read = 'OWN') THEN 1 WHEN (most_cell.read = 'TEAM') THEN 2 WHEN (most_cell.read = 'ALL') THEN 3 ELSE 0 END), 0) AS read, coalesce(max(CASE WHEN (most_cell.write = 'OWN') THEN 1 WHEN (most_cell.write = 'TEAM') THEN 2 WHEN (most_cell.write = 'ALL') THEN 3 ELSE 0 END), 0) AS write, coalesce(bool_or(most_cell.delete), false) AS delete 
FROM role_rights AS most_cell 
WHERE most_cell.tenant_id = $3 AND most_cell.role_id = who.role_id AND (most_cell.object = 'account' OR most_cell.object = '*')) AS most ON true JOIN LATERAL (SELECT coalesce(max(CASE WHEN (own_fields_cell.access = 'READ') THEN 1 WHEN (own_fields_cell.access = 'WRITE') THEN 2 ELSE 0 END) FILTER (WHERE own_fields_cell.field_set = 'commercial' OR own_fields_cell.field_set = '*'), 0) AS set_0, coalesce(max(CASE WHEN (own_fields_cell.access = 'READ') THEN 1 WHEN (own_fields_cell.access = 'WRITE') THEN 2 ELSE 0 END) FILTER (WHERE own_fields_cell.field_set = 'internal_notes' OR own_fields_cell.field_set = '*'), 0) AS set_1 
FROM role_field_rights AS own_fields_cell 
WHERE own_fields_cell.tenant_id = $3 AND own_fields_cell.role_id = role.id AND (own_fields_cell.object = 'account' OR own_fields_cell.object = '*')) AS own_fields ON true JOIN LATERAL (SELECT coalesce(max(CASE WHEN (most_fields_cell.access = 'READ') THEN 1 WHEN (most_fields_cell.access = 'WRITE') THEN 2 ELSE 0 END) FILTER (WHERE most_fields_cell.field_set = 'commercial' OR most_fields_cell.field_set = '*'), 0) AS set_0, coalesce(max(CASE WHEN (most_fields_cell.access = 'READ') THEN 1 WHEN (most_fields_cell.access = 'WRITE') THEN 2 ELSE 0 END) FILTER (WHERE most_fields_cell.field_set = 'internal_notes' OR most_fields_cell.field_set = '*'), 0) AS set_1 
FROM role_field_rights AS most_fields_cell 
WHERE most_fields_cell.tenant_id = $3 AND most_fields_cell.role_id = who.role_id AND (most_fields_cell.object = 'account' OR most_fields_cell.object = '*')) AS most_fields ON true 
WHERE role.tenant_id = $3 AND role.archived_at IS NULL AND CASE WHEN (who.user_id IS NULL) THEN role.id = who.role_id ELSE EXISTS (SELECT 1 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.user_id = who.user_id AND holding.role_id = role.id) END) AS held) AS grants ON true) AS t1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t2.id), 'hex') AS id 
FROM accounts AS t2 
WHERE t2.tenant_id = $3 AND t2.owner_id = $4 AND t2.id = t1.record_id AND t1.record_type = 'account') AS r2) AS x2 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT 'bhr_' || encode(uuid_send(t3.id), 'hex') AS id 
FROM business_hours AS t3 
WHERE t3.tenant_id = $3 AND t3.id = t1.record_id AND t1.record_type = 'business_hours') AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT 'cas_' || encode(uuid_send(t4.id), 'hex') AS id 
FROM cases AS t4 
WHERE t4.tenant_id = $3 AND t4.id = t1.record_id AND t1.record_type = 'case') AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT 'cer_' || encode(uuid_send(t5.id), 'hex') AS id 
FROM certifications AS t5 
WHERE t5.tenant_id = $3 AND false AND t5.id = t1.record_id AND t1.record_type = 'certification') AS r5) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r6) AS j 
FROM (SELECT 'cpl_' || encode(uuid_send(t6.id), 'hex') AS id 
FROM commission_plans AS t6 
WHERE t6.tenant_id = $3 AND false AND t6.id = t1.record_id AND t1.record_type = 'commission_plan') AS r6) AS x6 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT 'con_' || encode(uuid_send(t7.id), 'hex') AS id 
FROM contacts AS t7 
WHERE t7.tenant_id = $3 AND t7.owner_id = $4 AND t7.id = t1.record_id AND t1.record_type = 'contact') AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT 'dlr_' || encode(uuid_send(t8.id), 'hex') AS id 
FROM deal_registrations AS t8 
WHERE t8.tenant_id = $3 AND false AND t8.id = t1.record_id AND t1.record_type = 'deal_registration') AS r8) AS x8 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT 'ent_' || encode(uuid_send(t9.id), 'hex') AS id 
FROM entitlements AS t9 
WHERE t9.tenant_id = $3 AND false AND t9.id = t1.record_id AND t1.record_type = 'entitlement') AS r9) AS x9 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT 'esr_' || encode(uuid_send(t10.id), 'hex') AS id 
FROM escalation_rules AS t10 
WHERE t10.tenant_id = $3 AND t10.id = t1.record_id AND t1.record_type = 'escalation_rule') AS r10) AS x10 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r11) AS j 
FROM (SELECT 'fpr_' || encode(uuid_send(t11.id), 'hex') AS id 
FROM field_profiles AS t11 
WHERE t11.tenant_id = $3 AND false AND t11.id = t1.record_id AND t1.record_type = 'field_profile') AS r11) AS x11 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT 'hol_' || encode(uuid_send(t12.id), 'hex') AS id 
FROM holiday_calendars AS t12 
WHERE t12.tenant_id = $3 AND t12.id = t1.record_id AND t1.record_type = 'holiday_calendar') AS r12) AS x12 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT 'kba_' || encode(uuid_send(t13.id), 'hex') AS id 
FROM knowledge_articles AS t13 
WHERE t13.tenant_id = $3 AND t13.id = t1.record_id AND t1.record_type = 'knowledge_article') AS r13) AS x13 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r14) AS j 
FROM (SELECT 'lea_' || encode(uuid_send(t14.id), 'hex') AS id 
FROM leads AS t14 
WHERE t14.tenant_id = $3 AND t14.owner_id = $4 AND t14.id = t1.record_id AND t1.record_type = 'lead') AS r14) AS x14 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r15) AS j 
FROM (SELECT 'opp_' || encode(uuid_send(t15.id), 'hex') AS id 
FROM opportunities AS t15 
WHERE t15.tenant_id = $3 AND t15.owner_id = $4 AND t15.id = t1.record_id AND t1.record_type = 'opportunity') AS r15) AS x15 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT 'pce_' || encode(uuid_send(t16.id), 'hex') AS id 
FROM partner_certifications AS t16 
WHERE t16.tenant_id = $3 AND false AND t16.id = t1.record_id AND t1.record_type = 'partner_certification') AS r16) AS x16 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r17) AS j 
FROM (SELECT 'pco_' || encode(uuid_send(t17.id), 'hex') AS id 
FROM partner_commissions AS t17 
WHERE t17.tenant_id = $3 AND false AND t17.id = t1.record_id AND t1.record_type = 'partner_commission') AS r17) AS x17 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r18) AS j 
FROM (SELECT 'pcn_' || encode(uuid_send(t18.id), 'hex') AS id 
FROM partner_commission_entries AS t18 
WHERE t18.tenant_id = $3 AND false AND t18.id = t1.record_id AND t1.record_type = 'partner_commission_entry') AS r18) AS x18 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r19) AS j 
FROM (SELECT 'pcs_' || encode(uuid_send(t19.id), 'hex') AS id 
FROM partner_commission_statements AS t19 
WHERE t19.tenant_id = $3 AND false AND t19.id = t1.record_id AND t1.record_type = 'partner_commission_statement') AS r19) AS x19 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r20) AS j 
FROM (SELECT 'mda_' || encode(uuid_send(t20.id), 'hex') AS id 
FROM partner_fund_allocations AS t20 
WHERE t20.tenant_id = $3 AND false AND t20.id = t1.record_id AND t1.record_type = 'partner_fund_allocation') AS r20) AS x20 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r21) AS j 
FROM (SELECT 'mdc_' || encode(uuid_send(t21.id), 'hex') AS id 
FROM partner_fund_claims AS t21 
WHERE t21.tenant_id = $3 AND false AND t21.id = t1.record_id AND t1.record_type = 'partner_fund_claim') AS r21) AS x21 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r22) AS j 
FROM (SELECT 'mdf_' || encode(uuid_send(t22.id), 'hex') AS id 
FROM partner_fund_requests AS t22 
WHERE t22.tenant_id = $3 AND false AND t22.id = t1.record_id AND t1.record_type = 'partner_fund_request') AS r22) AS x22 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r23) AS j 
FROM (SELECT 'plo_' || encode(uuid_send(t23.id), 'hex') AS id 
FROM partner_lead_offers AS t23 
WHERE t23.tenant_id = $3 AND false AND t23.id = t1.record_id AND t1.record_type = 'partner_lead_offer') AS r23) AS x23 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r24) AS j 
FROM (SELECT 'plp_' || encode(uuid_send(t24.id), 'hex') AS id 
FROM partner_lead_profiles AS t24 
WHERE t24.tenant_id = $3 AND false AND t24.id = t1.record_id AND t1.record_type = 'partner_lead_profile') AS r24) AS x24 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r25) AS j 
FROM (SELECT 'mdb_' || encode(uuid_send(t25.id), 'hex') AS id 
FROM partner_marketing_budgets AS t25 
WHERE t25.tenant_id = $3 AND false AND t25.id = t1.record_id AND t1.record_type = 'partner_marketing_budget') AS r25) AS x25 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r26) AS j 
FROM (SELECT 'pmb_' || encode(uuid_send(t26.id), 'hex') AS id 
FROM partner_memberships AS t26 
WHERE t26.tenant_id = $3 AND false AND t26.id = t1.record_id AND t1.record_type = 'partner_membership') AS r26) AS x26 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r27) AS j 
FROM (SELECT 'prg_' || encode(uuid_send(t27.id), 'hex') AS id 
FROM partner_programs AS t27 
WHERE t27.tenant_id = $3 AND false AND t27.id = t1.record_id AND t1.record_type = 'partner_program') AS r27) AS x27 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r28) AS j 
FROM (SELECT 'pti_' || encode(uuid_send(t28.id), 'hex') AS id 
FROM partner_tiers AS t28 
WHERE t28.tenant_id = $3 AND false AND t28.id = t1.record_id AND t1.record_type = 'partner_tier') AS r28) AS x28 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r29) AS j 
FROM (SELECT 'pus_' || encode(uuid_send(t29.id), 'hex') AS id 
FROM partner_users AS t29 
WHERE t29.tenant_id = $3 AND false AND t29.id = t1.record_id AND t1.record_type = 'partner_user') AS r29) AS x29 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r30) AS j 
FROM (SELECT 'pip_' || encode(uuid_send(t30.id), 'hex') AS id 
FROM pipelines AS t30 
WHERE t30.tenant_id = $3 AND t30.id = t1.record_id AND t1.record_type = 'pipeline') AS r30) AS x30 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r31) AS j 
FROM (SELECT 'prd_' || encode(uuid_send(t31.id), 'hex') AS id 
FROM products AS t31 
WHERE t31.tenant_id = $3 AND t31.id = t1.record_id AND t1.record_type = 'product') AS r31) AS x31 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r32) AS j 
FROM (SELECT 'que_' || encode(uuid_send(t32.id), 'hex') AS id 
FROM queues AS t32 
WHERE t32.tenant_id = $3 AND t32.id = t1.record_id AND t1.record_type = 'queue') AS r32) AS x32 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r33) AS j 
FROM (SELECT 'shr_' || encode(uuid_send(t33.id), 'hex') AS id 
FROM record_shares AS t33 
WHERE t33.tenant_id = $3 AND false AND t33.id = t1.record_id AND t1.record_type = 'record_share') AS r33) AS x33 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r34) AS j 
FROM (SELECT 'rol_' || encode(uuid_send(t34.id), 'hex') AS id 
FROM roles AS t34 
WHERE t34.tenant_id = $3 AND false AND t34.id = t1.record_id AND t1.record_type = 'role') AS r34) AS x34 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r35) AS j 
FROM (SELECT 'sat_' || encode(uuid_send(t35.id), 'hex') AS id 
FROM satisfaction_requests AS t35 
WHERE t35.tenant_id = $3 AND false AND t35.id = t1.record_id AND t1.record_type = 'satisfaction_request') AS r35) AS x35 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r36) AS j 
FROM (SELECT 'sla_' || encode(uuid_send(t36.id), 'hex') AS id 
FROM sla_policies AS t36 
WHERE t36.tenant_id = $3 AND t36.id = t1.record_id AND t1.record_type = 'sla_policy') AS r36) AS x36 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r37) AS j 
FROM (SELECT 'stg_' || encode(uuid_send(t37.id), 'hex') AS id 
FROM stages AS t37 
WHERE t37.tenant_id = $3 AND t37.id = t1.record_id AND t1.record_type = 'stage') AS r37) AS x37 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r38) AS j 
FROM (SELECT 'tea_' || encode(uuid_send(t38.id), 'hex') AS id 
FROM teams AS t38 
WHERE t38.tenant_id = $3 AND t38.id = t1.record_id AND t1.record_type = 'team') AS r38) AS x38 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r39) AS j 
FROM (SELECT 'tok_' || encode(uuid_send(t39.id), 'hex') AS id 
FROM tokens AS t39 
WHERE t39.tenant_id = $3 AND false AND t39.id = t1.record_id AND t1.record_type = 'token') AS r39) AS x39 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r40) AS j 
FROM (SELECT 'usr_' || encode(uuid_send(t40.id), 'hex') AS id 
FROM users AS t40 
WHERE t40.tenant_id = $3 AND t40.id = t1.record_id AND t1.record_type = 'user') AS r40) AS x40 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r41) AS j 
FROM (SELECT 'whk_' || encode(uuid_send(t41.id), 'hex') AS id 
FROM webhook_endpoints AS t41 
WHERE t41.tenant_id = $3 AND false AND t41.id = t1.record_id AND t1.record_type = 'webhook_endpoint') AS r41) AS x41 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r42) AS j 
FROM (SELECT t42.name AS name 
FROM users AS t42 
WHERE t42.tenant_id = $3 AND t42.id = t1.user_id) AS r42) AS x42 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r43) AS j 
FROM (SELECT p43.allowed AS allowed, x44.j AS grants 
FROM json_to_recordset(t1.reading) AS p43(allowed BOOLEAN, grants JSON) LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r44)), '[]'::json) AS j 
FROM (SELECT p44.kind AS kind, p44.role_name AS "roleName", x45.j AS role, CASE WHEN (p44.role_name IS NULL) THEN NULL ELSE p44.level END AS level, p44.because AS because, x46.j AS teams, x48.j AS "fieldRights" 
FROM json_to_recordset(p43.grants) AS p44(kind TEXT, role_id UUID, role_name TEXT, share_id UUID, level TEXT, because TEXT, teams JSON, field_rights JSON) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r45) AS j 
FROM (SELECT t45.name AS name 
FROM roles AS t45 
WHERE t45.tenant_id = $3 AND false AND t45.id = p44.role_id) AS r45) AS x45 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r46)), '[]'::json) AS j 
FROM (SELECT x47.j AS team 
FROM json_to_recordset(p44.teams) AS p46(team_id UUID) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r47) AS j 
FROM (SELECT t47.name AS name 
FROM teams AS t47 
WHERE t47.tenant_id = $3 AND t47.id = p46.team_id) AS r47) AS x47 ON true) AS r46) AS x46 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r48)), '[]'::json) AS j 
FROM (SELECT p48.field_set AS "fieldSet", p48.access AS access 
FROM json_to_recordset(p44.field_rights) AS p48(object TEXT, field_set TEXT, access TEXT)) AS r48) AS x48 ON true) AS r44) AS x44 ON true) AS r43) AS x43 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r49) AS j 
FROM (SELECT p49.allowed AS allowed, x50.j AS grants 
FROM json_to_recordset(t1.writing) AS p49(allowed BOOLEAN, grants JSON) LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r50)), '[]'::json) AS j 
FROM (SELECT p50.kind AS kind, p50.role_name AS "roleName", x51.j AS role, CASE WHEN (p50.role_name IS NULL) THEN NULL ELSE p50.level END AS level, p50.because AS because, x52.j AS teams, x54.j AS "fieldRights" 
FROM json_to_recordset(p49.grants) AS p50(kind TEXT, role_id UUID, role_name TEXT, share_id UUID, level TEXT, because TEXT, teams JSON, field_rights JSON) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r51) AS j 
FROM (SELECT t51.name AS name 
FROM roles AS t51 
WHERE t51.tenant_id = $3 AND false AND t51.id = p50.role_id) AS r51) AS x51 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r52)), '[]'::json) AS j 
FROM (SELECT x53.j AS team 
FROM json_to_recordset(p50.teams) AS p52(team_id UUID) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r53) AS j 
FROM (SELECT t53.name AS name 
FROM teams AS t53 
WHERE t53.tenant_id = $3 AND t53.id = p52.team_id) AS r53) AS x53 ON true) AS r52) AS x52 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r54)), '[]'::json) AS j 
FROM (SELECT p54.field_set AS "fieldSet", p54.access AS access 
FROM json_to_recordset(p50.field_rights) AS p54(object TEXT, field_set TEXT, access TEXT)) AS r54) AS x54 ON true) AS r50) AS x50 ON true) AS r49) AS x49 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r55) AS j 
FROM (SELECT p55.allowed AS allowed 
FROM json_to_recordset(t1.deleting) AS p55(allowed BOOLEAN, grants JSON)) AS r55) AS x55 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r56)), '[]'::json) AS j 
FROM (SELECT p56.object AS object, p56.field_set AS "fieldSet", p56.access AS access 
FROM json_to_recordset(t1.field_rights) AS p56(object TEXT, field_set TEXT, access TEXT)) AS r56) AS x56 ON true) AS r1) AS rita, (SELECT row_to_json(r57) AS j 
FROM (SELECT t57.is_active AS "isActive", x58.j AS read, x59.j AS write, x65.j AS "fieldRights" 
FROM (SELECT 'product' AS record_type, rec.id AS record_id, who.user_id AS user_id, who.token_id AS token_id, who.contact_id AS contact_id, who.is_active AS is_active, json_build_array(json_build_object('allowed', who.is_active AND grants.read_reaches, 'grants', grants.read)) AS reading, json_build_array(json_build_object('allowed', who.is_active AND grants.read_reaches AND grants.write_reaches, 'grants', grants.write)) AS writing, json_build_array(json_build_object('allowed', who.is_active AND grants.read_reaches AND grants.write_reaches AND grants.delete_reaches, 'grants', grants.delete)) AS deleting, grants.field_rights AS field_rights 
FROM (SELECT "of".id AS id, NULL::uuid AS owner_id, "of".archived_at IS NULL AS is_live 
FROM products AS "of" 
WHERE "of".tenant_id = $3 AND "of".id = $11) AS rec JOIN (SELECT person.id AS user_id, key.id AS token_id, NULL::uuid AS contact_id, NULL::uuid AS company_id, person.team_id AS team_id, narrow.id AS role_id, person.id IS NOT NULL AND key.role_id IS NOT NULL AS is_narrowed, (key.id IS NULL OR key.revoked_at IS NULL AND key.archived_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > CAST($6 AS TIMESTAMP WITH TIME ZONE))) AND (person.id IS NULL OR person.is_active AND person.archived_at IS NULL) AS is_active 
FROM (SELECT CAST($12 AS UUID) AS user_id, CAST($13 AS UUID) AS token_id, CAST($14 AS UUID) AS contact_id) AS asked LEFT OUTER JOIN tokens AS key ON key.tenant_id = $3 AND (key.id = CAST($15 AS UUID) OR key.tenant_id = $3 AND false) AND key.id = asked.token_id LEFT OUTER JOIN users AS person ON person.tenant_id = $3 AND person.id = coalesce(asked.user_id, key.user_id) LEFT OUTER JOIN roles AS narrow ON narrow.tenant_id = $3 AND narrow.id = key.role_id AND narrow.archived_at IS NULL 
WHERE person.id IS NOT NULL OR key.id IS NOT NULL) AS who ON true JOIN LATERAL (SELECT CASE WHEN rec.owner_id = who.user_id THEN 1 WHEN (chain.path IS NOT NULL) THEN 2 ELSE 3 END AS needed, chain.path AS path 
FROM (SELECT 1 AS one) AS one LEFT OUTER JOIN LATERAL (SELECT CASE WHEN (team_0.id = who.team_id OR team_0.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_0.id)) WHEN (team_1.id = who.team_id OR team_1.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_2.id = who.team_id OR team_2.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_3.id = who.team_id OR team_3.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_4.id = who.team_id OR team_4.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_5.id = who.team_id OR team_5.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_6.id = who.team_id OR team_6.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_7.id = who.team_id OR team_7.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_7.id), json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_8.id = who.team_id OR team_8.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_8.id), json_build_object('team_id', team_7.id), json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) WHEN (team_9.id = who.team_id OR team_9.manager_id = who.user_id) THEN json_build_array(json_build_object('team_id', team_9.id), json_build_object('team_id', team_8.id), json_build_object('team_id', team_7.id), json_build_object('team_id', team_6.id), json_build_object('team_id', team_5.id), json_build_object('team_id', team_4.id), json_build_object('team_id', team_3.id), json_build_object('team_id', team_2.id), json_build_object('team_id', team_1.id), json_build_object('team_id', team_0.id)) END AS path 
FROM users AS owner LEFT OUTER JOIN teams AS team_0 ON team_0.tenant_id = $3 AND team_0.id = owner.team_id AND team_0.archived_at IS NULL LEFT OUTER JOIN teams AS team_1 ON team_1.tenant_id = $3 AND team_1.id = team_0.parent_id AND team_1.archived_at IS NULL LEFT OUTER JOIN teams AS team_2 ON team_2.tenant_id = $3 AND team_2.id = team_1.parent_id AND team_2.archived_at IS NULL LEFT OUTER JOIN teams AS team_3 ON team_3.tenant_id = $3 AND team_3.id = team_2.parent_id AND team_3.archived_at IS NULL LEFT OUTER JOIN teams AS team_4 ON team_4.tenant_id = $3 AND team_4.id = team_3.parent_id AND team_4.archived_at IS NULL LEFT OUTER JOIN teams AS team_5 ON team_5.tenant_id = $3 AND team_5.id = team_4.parent_id AND team_5.archived_at IS NULL LEFT OUTER JOIN teams AS team_6 ON team_6.tenant_id = $3 AND team_6.id = team_5.parent_id AND team_6.archived_at IS NULL LEFT OUTER JOIN teams AS team_7 ON team_7.tenant_id = $3 AND team_7.id = team_6.parent_id AND team_7.archived_at IS NULL LEFT OUTER JOIN teams AS team_8 ON team_8.tenant_id = $3 AND team_8.id = team_7.parent_id AND team_8.archived_at IS NULL LEFT OUTER JOIN teams AS team_9 ON team_9.tenant_id = $3 AND team_9.id = team_8.parent_id AND team_9.archived_at IS NULL 
WHERE owner.tenant_id = $3 AND owner.id = rec.owner_id AND (team_0.id = who.team_id OR team_0.manager_id = who.user_id OR team_1.id = who.team_id OR team_1.manager_id = who.user_id OR team_2.id = who.team_id OR team_2.manager_id = who.user_id OR team_3.id = who.team_id OR team_3.manager_id = who.user_id OR team_4.id = who.team_id OR team_4.manager_id = who.user_id OR team_5.id = who.team_id OR team_5.manager_id = who.user_id OR team_6.id = who.team_id OR team_6.manager_id = who.user_id OR team_7.id = who.team_id OR team_7.manager_id = who.user_id OR team_8.id = who.team_id OR team_8.manager_id = who.user_id OR team_9.id = who.team_id OR team_9.manager_id = who.user_id)) AS chain ON true) AS teams ON true JOIN LATERAL (SELECT coalesce(json_agg(json_build_object('kind', 'ROLE', 'role_id', held.id, 'role_name', held.name, 'level', CASE WHEN (held.read = 1) THEN 'OWN' WHEN (held.read = 2) THEN 'TEAM' WHEN (held.read = 3) THEN 'ALL' ELSE 'NONE' END, 'because', CASE WHEN (held.read = 3) THEN 'ALL' WHEN (teams.needed = 1) THEN 'OWN' ELSE 'TEAM' END, 'teams', coalesce(CASE WHEN (held.read != 3 AND teams.needed = 2) THEN teams.path ELSE NULL::json END, '[]'::json), 'field_rights', '[]'::json) ORDER BY held.name) FILTER (WHERE held.read >= teams.needed), '[]'::json) AS read, coalesce(bool_or(held.read >= teams.needed), false) AS read_reaches, coalesce(json_agg(json_build_object('kind', 'ROLE', 'role_id', held.id, 'role_name', held.name, 'level', CASE WHEN (held.write = 1) THEN 'OWN' WHEN (held.write = 2) THEN 'TEAM' WHEN (held.write = 3) THEN 'ALL' ELSE 'NONE' END, 'because', CASE WHEN (held.write = 3) THEN 'ALL' WHEN (teams.needed = 1) THEN 'OWN' ELSE 'TEAM' END, 'teams', coalesce(CASE WHEN (held.write != 3 AND teams.needed = 2) THEN teams.path ELSE NULL::json END, '[]'::json), 'field_rights', '[]'::json) ORDER BY held.name) FILTER (WHERE held.write >= teams.needed), '[]'::json) AS write, coalesce(bool_or(held.write >= teams.needed), false) AS write_reaches, coalesce(json_agg(json_build_object('kind', 'ROLE', 'role_id', held.id, 'role_name', held.name, 'level', CASE WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 1) THEN 'OWN' WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 2) THEN 'TEAM' WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 3) THEN 'ALL' ELSE 'NONE' END, 'because', CASE WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END = 3) THEN 'ALL' WHEN (teams.needed = 1) THEN 'OWN' ELSE 'TEAM' END, 'teams', coalesce(CASE WHEN (CASE WHEN held.delete THEN held.widest ELSE 0 END != 3 AND teams.needed = 2) THEN teams.path ELSE NULL::json END, '[]'::json), 'field_rights', '[]'::json) ORDER BY held.name) FILTER (WHERE CASE WHEN held.delete THEN held.widest ELSE 0 END >= teams.needed), '[]'::json) AS delete, coalesce(bool_or(CASE WHEN held.delete THEN held.widest ELSE 0 END >= teams.needed), false) AS delete_reaches, '[]'::json AS field_rights 
FROM (SELECT role.id AS id, role.name AS name, CASE WHEN who.is_narrowed THEN least(own.read, most.read) ELSE own.read END AS read, CASE WHEN who.is_narrowed THEN least(own.write, most.write) ELSE own.write END AS write, CASE WHEN who.is_narrowed THEN own.delete AND most.delete ELSE own.delete END AS delete, max(CASE WHEN who.is_narrowed THEN least(own.write, most.write) ELSE own.write END) OVER () AS widest 
FROM roles AS role JOIN LATERAL (SELECT coalesce(max(CASE WHEN (own_cell.read = 'OWN') THEN 1 WHEN (own_cell.read = 'TEAM') THEN 2 WHEN (own_cell.read = 'ALL') THEN 3 ELSE 0 END), 0) AS read, coalesce(max(CASE WHEN (own_cell.write = 'OWN') THEN 1 WHEN (own_cell.write = 'TEAM') THEN 2 WHEN (own_cell.write = 'ALL') THEN 3 ELSE 0 END), 0) AS write, coalesce(bool_or(own_cell.delete), false) AS delete 
FROM role_rights AS own_cell 
WHERE own_cell.tenant_id = $3 AND own_cell.role_id = role.id AND (own_cell.object = 'product' OR own_cell.object = '*')) AS own ON true JOIN LATERAL (SELECT coalesce(max(CASE WHEN (most_cell.read = 'OWN') THEN 1 WHEN (most_cell.read = 'TEAM') THEN 2 WHEN (most_cell.read = 'ALL') THEN 3 ELSE 0 END), 0) AS read, coalesce(max(CASE WHEN (most_cell.write = 'OWN') THEN 1 WHEN (most_cell.write = 'TEAM') THEN 2 WHEN (most_cell.write = 'ALL') THEN 3 ELSE 0 END), 0) AS write, coalesce(bool_or(most_cell.delete), false) AS delete 
FROM role_rights AS most_cell 
WHERE most_cell.tenant_id = $3 AND most_cell.role_id = who.role_id AND (most_cell.object = 'product' OR most_cell.object = '*')) AS most ON true 
WHERE role.tenant_id = $3 AND role.archived_at IS NULL AND CASE WHEN (who.user_id IS NULL) THEN role.id = who.role_id ELSE EXISTS (SELECT 1 
FROM user_roles AS holding 
WHERE holding.tenant_id = $3 AND holding.user_id = who.user_id AND holding.role_id = role.id) END) AS held) AS grants ON true) AS t57 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r58) AS j 
FROM (SELECT p58.allowed AS allowed 
FROM json_to_recordset(t57.reading) AS p58(allowed BOOLEAN, grants JSON)) AS r58) AS x58 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r59) AS j 
FROM (SELECT p59.allowed AS allowed, x60.j AS grants 
FROM json_to_recordset(t57.writing) AS p59(allowed BOOLEAN, grants JSON) LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r60)), '[]'::json) AS j 
FROM (SELECT p60.kind AS kind, p60.role_name AS "roleName", x61.j AS role, CASE WHEN (p60.role_name IS NULL) THEN NULL ELSE p60.level END AS level, p60.because AS because, x62.j AS teams, x64.j AS "fieldRights" 
FROM json_to_recordset(p59.grants) AS p60(kind TEXT, role_id UUID, role_name TEXT, share_id UUID, level TEXT, because TEXT, teams JSON, field_rights JSON) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r61) AS j 
FROM (SELECT t61.name AS name 
FROM roles AS t61 
WHERE t61.tenant_id = $3 AND false AND t61.id = p60.role_id) AS r61) AS x61 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r62)), '[]'::json) AS j 
FROM (SELECT x63.j AS team 
FROM json_to_recordset(p60.teams) AS p62(team_id UUID) LEFT OUTER JOIN LATERAL (SELECT row_to_json(r63) AS j 
FROM (SELECT t63.name AS name 
FROM teams AS t63 
WHERE t63.tenant_id = $3 AND t63.id = p62.team_id) AS r63) AS x63 ON true) AS r62) AS x62 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r64)), '[]'::json) AS j 
FROM (SELECT p64.field_set AS "fieldSet", p64.access AS access 
FROM json_to_recordset(p60.field_rights) AS p64(object TEXT, field_set TEXT, access TEXT)) AS r64) AS x64 ON true) AS r60) AS x60 ON true) AS r59) AS x59 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r65)), '[]'::json) AS j 
FROM (SELECT p65.field_set AS "fieldSet" 
FROM json_to_recordset(t57.field_rights) AS p65(object TEXT, field_set TEXT, access TEXT)) AS r65) AS x65 ON true) AS r57) AS own) AS r) END AS anon_1
