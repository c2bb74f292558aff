-- sales_rep: 9 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH w1 AS 
(SELECT m1.types AS types, m1.event_id AS event_id, m1.aggregate_id AS aggregate_id, m1.aggregate_type AS aggregate_type, m1.position AS position 
FROM (SELECT t1.types AS types, t1.event_id AS event_id, t1.aggregate_id AS aggregate_id, t1.aggregate_type AS aggregate_type, t1.position AS position 
FROM outbox AS t1 
WHERE t1.tenant_id = $3 AND (t1.aggregate_type = ANY (ARRAY['business_hours', 'case', 'escalation_rule', 'holiday_calendar', 'knowledge_article', 'pipeline', 'product', 'queue', 'sla_policy', 'stage', 'team', 'user']) OR t1.aggregate_type = 'account' AND (EXISTS (SELECT 1 
FROM accounts AS told_account 
WHERE told_account.tenant_id = t1.tenant_id AND told_account.id = t1.aggregate_id AND told_account.owner_id = $4)) OR t1.aggregate_type = 'contact' AND (EXISTS (SELECT 1 
FROM contacts AS told_contact 
WHERE told_contact.tenant_id = t1.tenant_id AND told_contact.id = t1.aggregate_id AND told_contact.owner_id = $4)) OR t1.aggregate_type = 'lead' AND (EXISTS (SELECT 1 
FROM leads AS told_lead 
WHERE told_lead.tenant_id = t1.tenant_id AND told_lead.id = t1.aggregate_id AND told_lead.owner_id = $4)) OR t1.aggregate_type = 'opportunity' AND (EXISTS (SELECT 1 
FROM opportunities AS told_opportunity 
WHERE told_opportunity.tenant_id = t1.tenant_id AND told_opportunity.id = t1.aggregate_id AND told_opportunity.owner_id = $4))) AND t1.position > (SELECT crm_feed_start($5, coalesce(max(head.pruned), 0), coalesce(max(head.position), 0)) AS crm_feed_start_1 
FROM feed_heads AS head 
WHERE head.tenant_id = $3) AND t1.position <= (SELECT crm_feed_start($5, coalesce(max(head.pruned), 0), coalesce(max(head.position), 0)) AS crm_feed_start_1 
FROM feed_heads AS head 
WHERE head.tenant_id = $3) + 10000 AND (t1.types && $6) AND (t1.changed && $7) ORDER BY t1.position ASC 
 LIMIT 101) AS m1 ORDER BY m1.position ASC 
 LIMIT $8), 
p1 AS 
(SELECT w1.types AS types, w1.event_id AS event_id, w1.aggregate_id AS aggregate_id, w1.aggregate_type AS aggregate_type, w1.position AS position 
FROM w1 ORDER BY w1.position ASC 
 LIMIT $9)
 SELECT json_build_object('nodes', n1_0.j, 'position', CAST(CASE WHEN ((SELECT count(*) AS count_1 
FROM w1) > $9) THEN (SELECT max(p1.position) AS max_1 
FROM p1) ELSE least((SELECT coalesce(max(head.position), 0) AS coalesce_1 
FROM feed_heads AS head 
WHERE head.tenant_id = $3), (SELECT crm_feed_start($5, coalesce(max(head.pruned), 0), coalesce(max(head.position), 0)) AS crm_feed_start_1 
FROM feed_heads AS head 
WHERE head.tenant_id = $3) + 10000) END AS TEXT), 'pageInfo', json_build_object('hasNextPage', CASE WHEN ((SELECT count(*) AS count_2 
FROM w1) > $9) THEN (SELECT max(p1.position) AS max_2 
FROM p1) ELSE least((SELECT coalesce(max(head.position), 0) AS coalesce_1 
FROM feed_heads AS head 
WHERE head.tenant_id = $3), (SELECT crm_feed_start($5, coalesce(max(head.pruned), 0), coalesce(max(head.position), 0)) AS crm_feed_start_1 
FROM feed_heads AS head 
WHERE head.tenant_id = $3) + 10000) END < (SELECT coalesce(max(head.position), 0) AS coalesce_1 
FROM feed_heads AS head 
WHERE head.tenant_id = $3))) AS j 
FROM (SELECT coalesce(json_agg(r2.nodes), '[]'::json) AS j 
FROM (SELECT CASE WHEN (p1.aggregate_type = 'account') THEN json_build_object('__typename', 'AccountChanged', 'type', p1.types[1], 'previousValues', x4.j, 'account', x5.j) WHEN (p1.aggregate_type = 'business_hours') THEN json_build_object('__typename', 'BusinessHoursChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'case') THEN json_build_object('__typename', 'CaseChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'certification') THEN json_build_object('__typename', 'CertificationChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'commission_plan') THEN json_build_object('__typename', 'CommissionPlanChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'contact') THEN json_build_object('__typename', 'ContactChanged', 'type', p1.types[1], 'previousValues', x4.j, 'contact', x16.j) WHEN (p1.aggregate_type = 'deal_registration') THEN json_build_object('__typename', 'DealRegistrationChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'entitlement') THEN json_build_object('__typename', 'EntitlementChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'escalation_rule') THEN json_build_object('__typename', 'EscalationRuleChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'field_profile') THEN json_build_object('__typename', 'FieldProfileChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'holiday_calendar') THEN json_build_object('__typename', 'HolidayCalendarChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'knowledge_article') THEN json_build_object('__typename', 'KnowledgeArticleChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'lead') THEN json_build_object('__typename', 'LeadChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'opportunity') THEN json_build_object('__typename', 'OpportunityChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_certification') THEN json_build_object('__typename', 'PartnerCertificationChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_commission') THEN json_build_object('__typename', 'PartnerCommissionChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_commission_entry') THEN json_build_object('__typename', 'PartnerCommissionEntryChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_commission_statement') THEN json_build_object('__typename', 'PartnerCommissionStatementChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_fund_allocation') THEN json_build_object('__typename', 'PartnerFundAllocationChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_fund_claim') THEN json_build_object('__typename', 'PartnerFundClaimChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_fund_request') THEN json_build_object('__typename', 'PartnerFundRequestChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_lead_offer') THEN json_build_object('__typename', 'PartnerLeadOfferChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_lead_profile') THEN json_build_object('__typename', 'PartnerLeadProfileChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_marketing_budget') THEN json_build_object('__typename', 'PartnerMarketingBudgetChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_membership') THEN json_build_object('__typename', 'PartnerMembershipChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_program') THEN json_build_object('__typename', 'PartnerProgramChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_tier') THEN json_build_object('__typename', 'PartnerTierChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'partner_user') THEN json_build_object('__typename', 'PartnerUserChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'pipeline') THEN json_build_object('__typename', 'PipelineChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'product') THEN json_build_object('__typename', 'ProductChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'queue') THEN json_build_object('__typename', 'QueueChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'record_share') THEN json_build_object('__typename', 'RecordShareChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'role') THEN json_build_object('__typename', 'RoleChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'satisfaction_request') THEN json_build_object('__typename', 'SatisfactionRequestChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'sla_policy') THEN json_build_object('__typename', 'SlaPolicyChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'stage') THEN json_build_object('__typename', 'StageChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'team') THEN json_build_object('__typename', 'TeamChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'token') THEN json_build_object('__typename', 'TokenChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'user') THEN json_build_object('__typename', 'UserChanged', 'type', p1.types[1], 'previousValues', x4.j) WHEN (p1.aggregate_type = 'webhook_endpoint') THEN json_build_object('__typename', 'WebhookEndpointChanged', 'type', p1.types[1], 'previousValues', x4.j) ELSE NULL::json END AS nodes 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p4.field AS field, p4.value AS value 
FROM (SELECT t4.field AS field, t4.value AS value 
FROM (SELECT outbox.tenant_id AS tenant_id, outbox.event_id AS event_id, outbox.aggregate_type AS aggregate_type, names.field AS field, (outbox.payload -> 'previous') ->> names.field AS value 
FROM outbox JOIN jsonb_object_keys(outbox.payload -> 'previous') AS names(field) ON true) AS t4 
WHERE t4.tenant_id = $3 AND t4.event_id = p1.event_id ORDER BY t4.field 
 LIMIT 250) AS p4 ORDER BY p4.field) AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT t5.name AS name 
FROM accounts AS t5 
WHERE t5.tenant_id = $3 AND t5.owner_id = $4 AND t5.id = p1.aggregate_id AND p1.aggregate_type = 'account') AS r5) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT t16.last_name AS "lastName" 
FROM contacts AS t16 
WHERE t16.tenant_id = $3 AND t16.owner_id = $4 AND t16.id = p1.aggregate_id AND p1.aggregate_type = 'contact') AS r16) AS x16 ON true ORDER BY p1.position ASC) AS r2) AS n1_0) AS events) AS r) END AS anon_1
