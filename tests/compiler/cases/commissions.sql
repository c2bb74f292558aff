-- admin: 5 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.status AS status, m1.amount_minor AS amount_minor, m1.currency AS currency, m1.basis_minor AS basis_minor, m1.percent AS percent, m1.uncapped_minor AS uncapped_minor, m1.revenue_percent AS revenue_percent, m1.plan_id AS plan_id, m1.opportunity_id AS opportunity_id, m1.id AS id, m1.account_id AS account_id, m1.created_at AS created_at 
FROM (SELECT t1.status AS status, t1.amount_minor AS amount_minor, t1.currency AS currency, t1.basis_minor AS basis_minor, t1.percent AS percent, t1.uncapped_minor AS uncapped_minor, t1.revenue_percent AS revenue_percent, t1.plan_id AS plan_id, t1.opportunity_id AS opportunity_id, t1.id AS id, t1.account_id AS account_id, t1.created_at AS created_at 
FROM partner_commissions AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND t1.status = 'PAID' ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.status AS status, CASE WHEN (p1.amount_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p1.amount_minor AS NUMERIC) * CASE WHEN (p1.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p1.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p1.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT), 'currency', p1.currency) END AS amount, json_build_object('exact', CAST(trim_scale(CAST((CAST(p1.basis_minor AS NUMERIC) * p1.percent) / CAST(100 AS NUMERIC) AS NUMERIC) * CASE WHEN (p1.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p1.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p1.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END) AS TEXT), 'rounding', CAST(trim_scale(CAST(p1.uncapped_minor - (CAST(p1.basis_minor AS NUMERIC) * p1.percent) / CAST(100 AS NUMERIC) AS NUMERIC) * CASE WHEN (p1.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p1.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p1.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END) AS TEXT), 'isCapped', p1.amount_minor < p1.uncapped_minor) AS explanation, CAST(p1.revenue_percent AS TEXT) AS "revenuePercent", x3.j AS plan, x4.j AS opportunity, x5.j AS entries, x7.j AS account, x9.j AS "availableTransitions" 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name 
FROM commission_plans AS t3 
WHERE t3.tenant_id = $3 AND t3.id = p1.plan_id) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT t4.name AS name 
FROM opportunities AS t4 
WHERE t4.tenant_id = $3 AND t4.id = p1.opportunity_id) AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (WITH p5 AS 
(SELECT m5.sequence AS sequence, m5.kind AS kind, m5.amount_minor AS amount_minor, m5.currency AS currency, m5.balance_minor AS balance_minor, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.sequence AS sequence, t5.kind AS kind, t5.amount_minor AS amount_minor, t5.currency AS currency, t5.balance_minor AS balance_minor, t5.created_at AS created_at, t5.id AS id 
FROM partner_commission_entries AS t5 
WHERE t5.tenant_id = $3 AND t5.commission_id = p1.id AND t5.archived_at IS NULL ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $5)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.sequence AS sequence, p5.kind AS kind, CASE WHEN (p5.amount_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p5.amount_minor AS NUMERIC) * CASE WHEN (p5.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p5.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p5.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS amount, CASE WHEN (p5.balance_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p5.balance_minor AS NUMERIC) * CASE WHEN (p5.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p5.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p5.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS balance 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name, x8.j AS "commissionBalances" 
FROM accounts AS t7 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p8.currency AS currency, CASE WHEN (p8.balance_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p8.balance_minor AS NUMERIC) * CASE WHEN (p8.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p8.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p8.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS balance 
FROM (SELECT t8.currency AS currency, t8.balance_minor AS balance_minor 
FROM (SELECT of_ledger.tenant_id AS tenant_id, of_ledger.account_id AS account_id, of_ledger.currency AS currency, of_ledger.balance_minor AS balance_minor 
FROM partner_commission_entries AS of_ledger 
WHERE NOT (EXISTS (SELECT later.id 
FROM partner_commission_entries AS later 
WHERE later.tenant_id = of_ledger.tenant_id AND later.account_id = of_ledger.account_id AND later.currency = of_ledger.currency AND later.sequence = of_ledger.sequence + 1))) AS t8 
WHERE t8.tenant_id = $3 AND t8.account_id = t7.id ORDER BY t8.currency 
 LIMIT 250) AS p8 ORDER BY p8.currency) AS r8) AS x8 ON true 
WHERE t7.tenant_id = $3 AND t7.id = p1.account_id) AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r9)), '[]'::json) AS j 
FROM (SELECT p9.verb AS verb, p9.leads_to AS status 
FROM (SELECT t9.verb AS verb, t9.leads_to AS leads_to, t9.place AS place 
FROM (SELECT stepping.tenant_id AS tenant_id, stepping.id AS commission_id, machine.verb AS verb, machine.place AS place, machine.leads_to AS leads_to 
FROM partner_commissions AS stepping JOIN (VALUES ('ACCRUED', 'APPROVE', 0, 'APPROVED'), ('ACCRUED', 'REVERSE', 1, 'REVERSED'), ('APPROVED', 'PAY', 0, 'PAID'), ('APPROVED', 'REVERSE', 1, 'REVERSED'), ('PAID', 'REVERSE', 0, 'REVERSED')) AS machine (status, verb, place, leads_to) ON stepping.status = machine.status 
WHERE stepping.archived_at IS NULL) AS t9 
WHERE t9.tenant_id = $3 AND t9.commission_id = p1.id ORDER BY t9.place 
 LIMIT 250) AS p9 ORDER BY p9.place) AS r9) AS x9 ON true ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS "partnerCommissions") AS r) END AS anon_1
