-- admin: 15 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.email AS email, m1.id AS id, m1.account_id AS account_id, m1.reports_to_id AS reports_to_id, m1.last_name_sort AS last_name_sort 
FROM (SELECT t1.name AS name, t1.email AS email, t1.id AS id, t1.account_id AS account_id, t1.reports_to_id AS reports_to_id, t1.last_name_sort AS last_name_sort 
FROM contacts AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.last_name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.last_name_sort ASC, m1.id ASC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.email AS email, x3.j AS emails, x4.j AS phones, x5.j AS addresses, x6.j AS account, x7.j AS "reportsTo", x8.j AS accounts, x11.j AS "opportunityRoles" 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.email AS email, p3.original AS original, p3.label AS label, coalesce((SELECT whose.email_norm = p3.key AS anon_2 
FROM contacts AS whose 
WHERE whose.tenant_id = $3 AND whose.id = p3.contact_id), false) AS "isPrimary" 
FROM (SELECT t3.email AS email, t3.original AS original, t3.label AS label, t3.key AS key, t3.contact_id AS contact_id 
FROM contact_emails AS t3 
WHERE t3.tenant_id = $3 AND t3.contact_id = p1.id ORDER BY t3.key 
 LIMIT 250) AS p3 ORDER BY p3.key) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p4.number AS number, p4.extension AS extension, coalesce((SELECT whose.phone = p4.number AS anon_3 
FROM contacts AS whose 
WHERE whose.tenant_id = $3 AND whose.id = p4.contact_id), false) AS "isPrimary" 
FROM (SELECT t4.number AS number, t4.extension AS extension, t4.contact_id AS contact_id 
FROM contact_phones AS t4 
WHERE t4.tenant_id = $3 AND t4.contact_id = p1.id ORDER BY t4.number 
 LIMIT 250) AS p4 ORDER BY p4.number) AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r5)), '[]'::json) AS j 
FROM (SELECT p5.kind AS kind, p5.postal_code AS "postalCode", p5.country AS country 
FROM (SELECT t5.kind AS kind, t5.postal_code AS postal_code, t5.country AS country 
FROM contact_addresses AS t5 
WHERE t5.tenant_id = $3 AND t5.contact_id = p1.id ORDER BY t5.kind 
 LIMIT 250) AS p5 ORDER BY p5.kind) AS r5) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r6) AS j 
FROM (SELECT t6.name AS name 
FROM accounts AS t6 
WHERE t6.tenant_id = $3 AND t6.id = p1.account_id) AS r6) AS x6 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name 
FROM contacts AS t7 
WHERE t7.tenant_id = $3 AND t7.id = p1.reports_to_id) AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (WITH p8 AS 
(SELECT m8.id AS id, m8.role AS role, m8.started_on AS started_on, m8.ended_on AS ended_on, m8.account_id AS account_id, m8.contact_id AS contact_id, m8.is_primary_contact AS is_primary_contact, m8.created_at AS created_at 
FROM (SELECT t8.id AS id, t8.role AS role, t8.started_on AS started_on, t8.ended_on AS ended_on, t8.account_id AS account_id, t8.contact_id AS contact_id, t8.is_primary_contact AS is_primary_contact, t8.created_at AS created_at 
FROM account_contacts AS t8 
WHERE t8.tenant_id = $3 AND t8.contact_id = p1.id AND t8.archived_at IS NULL ORDER BY t8.created_at DESC, t8.id DESC 
 LIMIT 101) AS m8 ORDER BY m8.created_at DESC, m8.id DESC 
 LIMIT $5)
 SELECT json_build_object('nodes', n8_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r9)), '[]'::json) AS j 
FROM (SELECT 'aco_' || encode(uuid_send(p8.id), 'hex') AS id, p8.role AS role, p8.started_on AS "startedOn", p8.ended_on AS "endedOn", p8.ended_on IS NULL AND coalesce((SELECT whose.account_id = p8.account_id AS anon_4 
FROM contacts AS whose 
WHERE whose.tenant_id = $3 AND whose.id = p8.contact_id), false) AS "isPrimaryAccount", p8.is_primary_contact AS "isPrimaryContact", x10.j AS account 
FROM p8 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT t10.name AS name 
FROM accounts AS t10 
WHERE t10.tenant_id = $3 AND t10.id = p8.account_id) AS r10) AS x10 ON true ORDER BY p8.created_at DESC, p8.id DESC) AS r9) AS n8_0) AS x8 ON true LEFT OUTER JOIN LATERAL (WITH p11 AS 
(SELECT m11.role AS role, m11.is_primary AS is_primary, m11.opportunity_id AS opportunity_id, m11.created_at AS created_at, m11.id AS id 
FROM (SELECT t11.role AS role, t11.is_primary AS is_primary, t11.opportunity_id AS opportunity_id, t11.created_at AS created_at, t11.id AS id 
FROM opportunity_contact_roles AS t11 
WHERE t11.tenant_id = $3 AND t11.contact_id = p1.id ORDER BY t11.created_at DESC, t11.id DESC 
 LIMIT 101) AS m11 ORDER BY m11.created_at DESC, m11.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n11_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r12)), '[]'::json) AS j 
FROM (SELECT p11.role AS role, p11.is_primary AS "isPrimary", x13.j AS opportunity 
FROM p11 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT t13.name AS name 
FROM opportunities AS t13 
WHERE t13.tenant_id = $3 AND t13.id = p11.opportunity_id) AS r13) AS x13 ON true ORDER BY p11.created_at DESC, p11.id DESC) AS r12) AS n11_0) AS x11 ON true ORDER BY p1.last_name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS contacts, (WITH p14 AS 
(SELECT m14.name AS name, m14.id AS id, m14.created_at AS created_at 
FROM (SELECT t14.name AS name, t14.id AS id, t14.created_at AS created_at 
FROM accounts AS t14 
WHERE t14.tenant_id = $3 AND t14.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM account_contacts AS f14_1_0_0 
WHERE f14_1_0_0.tenant_id = $3 AND f14_1_0_0.account_id = t14.id AND f14_1_0_0.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM contacts AS f14_1_0_0_0 
WHERE f14_1_0_0_0.tenant_id = $3 AND f14_1_0_0_0.id = f14_1_0_0.contact_id AND f14_1_0_0_0.language >= $7 AND f14_1_0_0_0.language < $8 AND (f14_1_0_0_0.archived_at IS NULL OR f14_1_0_0_0.archived_at IS NOT NULL))) AND f14_1_0_0.ended_on IS NULL)) ORDER BY t14.created_at DESC, t14.id DESC 
 LIMIT 101) AS m14 ORDER BY m14.created_at DESC, m14.id DESC 
 LIMIT $9)
 SELECT json_build_object('nodes', n14_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r15)), '[]'::json) AS j 
FROM (SELECT p14.name AS name, x16.j AS "primaryContact", x19.j AS contacts 
FROM p14 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT t16.name AS name, x17.j AS reports 
FROM contacts AS t16 LEFT OUTER JOIN LATERAL (WITH p17 AS 
(SELECT m17.name AS name, m17.created_at AS created_at, m17.id AS id 
FROM (SELECT t17.name AS name, t17.created_at AS created_at, t17.id AS id 
FROM contacts AS t17 
WHERE t17.tenant_id = $3 AND t17.reports_to_id = t16.id AND t17.archived_at IS NULL ORDER BY t17.created_at DESC, t17.id DESC 
 LIMIT 101) AS m17 ORDER BY m17.created_at DESC, m17.id DESC 
 LIMIT $10)
 SELECT json_build_object('nodes', n17_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r18)), '[]'::json) AS j 
FROM (SELECT p17.name AS name 
FROM p17 ORDER BY p17.created_at DESC, p17.id DESC) AS r18) AS n17_0) AS x17 ON true 
WHERE t16.tenant_id = $3 AND t16.id = (SELECT primary_of.contact_id 
FROM account_contacts AS primary_of 
WHERE primary_of.tenant_id = $3 AND primary_of.account_id = p14.id AND primary_of.is_primary_contact)) AS r16) AS x16 ON true LEFT OUTER JOIN LATERAL (WITH p19 AS 
(SELECT m19.contact_id__name AS contact_id__name, m19.contact_id__id AS contact_id__id, m19.contact_id__name_sort AS contact_id__name_sort, m19.id AS id 
FROM (SELECT s19_0.name AS contact_id__name, s19_0.id AS contact_id__id, s19_0.name_sort AS contact_id__name_sort, t19.id AS id 
FROM account_contacts AS t19 LEFT OUTER JOIN contacts AS s19_0 ON s19_0.tenant_id = $3 AND s19_0.id = t19.contact_id 
WHERE t19.tenant_id = $3 AND t19.account_id = p14.id AND t19.archived_at IS NULL ORDER BY s19_0.name_sort ASC NULLS LAST, t19.id ASC 
 LIMIT 101) AS m19 ORDER BY m19.contact_id__name_sort ASC NULLS LAST, m19.id ASC 
 LIMIT $11)
 SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m19.one AS one 
FROM (SELECT 1 AS one 
FROM account_contacts AS c19 
WHERE c19.tenant_id = $3 AND c19.account_id = p14.id AND c19.archived_at IS NULL 
 LIMIT 10001) AS m19 
 LIMIT $12) AS b19), CAST($13 AS BIGINT))), 'nodes', n19_1.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r20)), '[]'::json) AS j 
FROM (SELECT CASE WHEN (p19.contact_id__id IS NULL) THEN NULL::json ELSE json_build_object('name', p19.contact_id__name) END AS contact 
FROM p19 ORDER BY p19.contact_id__name_sort ASC NULLS LAST, p19.id ASC) AS r20) AS n19_1) AS x19 ON true ORDER BY p14.created_at DESC, p14.id DESC) AS r15) AS n14_0) AS accounts, (WITH p22 AS 
(SELECT m22.id AS id, m22.created_at AS created_at 
FROM (SELECT t22.id AS id, t22.created_at AS created_at 
FROM opportunities AS t22 
WHERE t22.tenant_id = $3 AND t22.archived_at IS NULL AND t22.name_sort = $14 ORDER BY t22.created_at DESC, t22.id DESC 
 LIMIT 101) AS m22 ORDER BY m22.created_at DESC, m22.id DESC 
 LIMIT $15)
 SELECT json_build_object('nodes', n22_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r23)), '[]'::json) AS j 
FROM (SELECT x24.j AS "contactRoles", x26.j AS splits 
FROM p22 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r24)), '[]'::json) AS j 
FROM (SELECT p24.role AS role, p24.is_primary AS "isPrimary", x25.j AS contact 
FROM (SELECT t24.role AS role, t24.is_primary AS is_primary, t24.contact_id AS contact_id, t24.created_at AS created_at, t24.id AS id 
FROM opportunity_contact_roles AS t24 
WHERE t24.tenant_id = $3 AND t24.opportunity_id = p22.id ORDER BY t24.created_at, t24.id 
 LIMIT 250) AS p24 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r25) AS j 
FROM (SELECT t25.name AS name 
FROM contacts AS t25 
WHERE t25.tenant_id = $3 AND t25.id = p24.contact_id) AS r25) AS x25 ON true ORDER BY p24.created_at, p24.id) AS r24) AS x24 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r26)), '[]'::json) AS j 
FROM (SELECT p26.kind AS kind, CAST(p26.percent AS TEXT) AS percent, x27.j AS "user" 
FROM (SELECT t26.kind AS kind, t26.percent AS percent, t26.user_id AS user_id 
FROM opportunity_splits AS t26 
WHERE t26.tenant_id = $3 AND t26.opportunity_id = p22.id ORDER BY t26.kind, t26.user_id 
 LIMIT 250) AS p26 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r27) AS j 
FROM (SELECT t27.name AS name 
FROM users AS t27 
WHERE t27.tenant_id = $3 AND t27.id = p26.user_id) AS r27) AS x27 ON true ORDER BY p26.kind, p26.user_id) AS r26) AS x26 ON true ORDER BY p22.created_at DESC, p22.id DESC) AS r23) AS n22_0) AS opportunities) AS r) END AS anon_1

-- sales_rep: 16 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.email AS email, m1.id AS id, m1.account_id AS account_id, m1.reports_to_id AS reports_to_id, m1.last_name_sort AS last_name_sort 
FROM (SELECT t1.name AS name, t1.email AS email, t1.id AS id, t1.account_id AS account_id, t1.reports_to_id AS reports_to_id, t1.last_name_sort AS last_name_sort 
FROM contacts AS t1 
WHERE t1.tenant_id = $3 AND t1.owner_id = $4 AND t1.archived_at IS NULL ORDER BY t1.last_name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.last_name_sort ASC, m1.id ASC 
 LIMIT $5)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.email AS email, x3.j AS emails, x4.j AS phones, x5.j AS addresses, x6.j AS account, x7.j AS "reportsTo", x8.j AS accounts, x11.j AS "opportunityRoles" 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.email AS email, p3.original AS original, p3.label AS label, coalesce((SELECT whose.email_norm = p3.key AS anon_2 
FROM contacts AS whose 
WHERE whose.tenant_id = $3 AND whose.owner_id = $4 AND whose.id = p3.contact_id), false) AS "isPrimary" 
FROM (SELECT t3.email AS email, t3.original AS original, t3.label AS label, t3.key AS key, t3.contact_id AS contact_id 
FROM contact_emails AS t3 
WHERE t3.tenant_id = $3 AND t3.contact_id = p1.id ORDER BY t3.key 
 LIMIT 250) AS p3 ORDER BY p3.key) AS r3) AS x3 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p4.number AS number, p4.extension AS extension, coalesce((SELECT whose.phone = p4.number AS anon_3 
FROM contacts AS whose 
WHERE whose.tenant_id = $3 AND whose.owner_id = $4 AND whose.id = p4.contact_id), false) AS "isPrimary" 
FROM (SELECT t4.number AS number, t4.extension AS extension, t4.contact_id AS contact_id 
FROM contact_phones AS t4 
WHERE t4.tenant_id = $3 AND t4.contact_id = p1.id ORDER BY t4.number 
 LIMIT 250) AS p4 ORDER BY p4.number) AS r4) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r5)), '[]'::json) AS j 
FROM (SELECT p5.kind AS kind, p5.postal_code AS "postalCode", p5.country AS country 
FROM (SELECT t5.kind AS kind, t5.postal_code AS postal_code, t5.country AS country 
FROM contact_addresses AS t5 
WHERE t5.tenant_id = $3 AND t5.contact_id = p1.id ORDER BY t5.kind 
 LIMIT 250) AS p5 ORDER BY p5.kind) AS r5) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r6) AS j 
FROM (SELECT t6.name AS name 
FROM accounts AS t6 
WHERE t6.tenant_id = $3 AND t6.owner_id = $4 AND t6.id = p1.account_id) AS r6) AS x6 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name 
FROM contacts AS t7 
WHERE t7.tenant_id = $3 AND t7.owner_id = $4 AND t7.id = p1.reports_to_id) AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (WITH p8 AS 
(SELECT m8.id AS id, m8.role AS role, m8.started_on AS started_on, m8.ended_on AS ended_on, m8.account_id AS account_id, m8.contact_id AS contact_id, m8.is_primary_contact AS is_primary_contact, m8.created_at AS created_at 
FROM (SELECT t8.id AS id, t8.role AS role, t8.started_on AS started_on, t8.ended_on AS ended_on, t8.account_id AS account_id, t8.contact_id AS contact_id, t8.is_primary_contact AS is_primary_contact, t8.created_at AS created_at 
FROM account_contacts AS t8 
WHERE t8.tenant_id = $3 AND (EXISTS (SELECT 1 
FROM contacts AS seen_contacts 
WHERE seen_contacts.tenant_id = t8.tenant_id AND seen_contacts.id = t8.contact_id AND seen_contacts.owner_id = $4)) AND (EXISTS (SELECT 1 
FROM accounts AS seen_accounts 
WHERE seen_accounts.tenant_id = t8.tenant_id AND seen_accounts.id = t8.account_id AND seen_accounts.owner_id = $4)) AND t8.contact_id = p1.id AND t8.archived_at IS NULL ORDER BY t8.created_at DESC, t8.id DESC 
 LIMIT 101) AS m8 ORDER BY m8.created_at DESC, m8.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n8_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r9)), '[]'::json) AS j 
FROM (SELECT 'aco_' || encode(uuid_send(p8.id), 'hex') AS id, p8.role AS role, p8.started_on AS "startedOn", p8.ended_on AS "endedOn", p8.ended_on IS NULL AND coalesce((SELECT whose.account_id = p8.account_id AS anon_4 
FROM contacts AS whose 
WHERE whose.tenant_id = $3 AND whose.owner_id = $4 AND whose.id = p8.contact_id), false) AS "isPrimaryAccount", p8.is_primary_contact AS "isPrimaryContact", x10.j AS account 
FROM p8 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT t10.name AS name 
FROM accounts AS t10 
WHERE t10.tenant_id = $3 AND t10.owner_id = $4 AND t10.id = p8.account_id) AS r10) AS x10 ON true ORDER BY p8.created_at DESC, p8.id DESC) AS r9) AS n8_0) AS x8 ON true LEFT OUTER JOIN LATERAL (WITH p11 AS 
(SELECT m11.role AS role, m11.is_primary AS is_primary, m11.opportunity_id AS opportunity_id, m11.created_at AS created_at, m11.id AS id 
FROM (SELECT t11.role AS role, t11.is_primary AS is_primary, t11.opportunity_id AS opportunity_id, t11.created_at AS created_at, t11.id AS id 
FROM opportunity_contact_roles AS t11 
WHERE t11.tenant_id = $3 AND (EXISTS (SELECT 1 
FROM opportunities AS seen_opportunities 
WHERE seen_opportunities.tenant_id = t11.tenant_id AND seen_opportunities.id = t11.opportunity_id AND seen_opportunities.owner_id = $4)) AND (EXISTS (SELECT 1 
FROM contacts AS seen_contacts 
WHERE seen_contacts.tenant_id = t11.tenant_id AND seen_contacts.id = t11.contact_id AND seen_contacts.owner_id = $4)) AND t11.contact_id = p1.id ORDER BY t11.created_at DESC, t11.id DESC 
 LIMIT 101) AS m11 ORDER BY m11.created_at DESC, m11.id DESC 
 LIMIT $7)
 SELECT json_build_object('nodes', n11_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r12)), '[]'::json) AS j 
FROM (SELECT p11.role AS role, p11.is_primary AS "isPrimary", x13.j AS opportunity 
FROM p11 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT t13.name AS name 
FROM opportunities AS t13 
WHERE t13.tenant_id = $3 AND t13.owner_id = $4 AND t13.id = p11.opportunity_id) AS r13) AS x13 ON true ORDER BY p11.created_at DESC, p11.id DESC) AS r12) AS n11_0) AS x11 ON true ORDER BY p1.last_name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS contacts, (WITH p14 AS 
(SELECT m14.name AS name, m14.id AS id, m14.created_at AS created_at 
FROM (SELECT t14.name AS name, t14.id AS id, t14.created_at AS created_at 
FROM accounts AS t14 
WHERE t14.tenant_id = $3 AND t14.owner_id = $4 AND t14.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM account_contacts AS f14_1_0_0 
WHERE f14_1_0_0.tenant_id = $3 AND (EXISTS (SELECT 1 
FROM contacts AS seen_contacts 
WHERE seen_contacts.tenant_id = f14_1_0_0.tenant_id AND seen_contacts.id = f14_1_0_0.contact_id AND seen_contacts.owner_id = $4)) AND (EXISTS (SELECT 1 
FROM accounts AS seen_accounts 
WHERE seen_accounts.tenant_id = f14_1_0_0.tenant_id AND seen_accounts.id = f14_1_0_0.account_id AND seen_accounts.owner_id = $4)) AND f14_1_0_0.account_id = t14.id AND f14_1_0_0.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM contacts AS f14_1_0_0_0 
WHERE f14_1_0_0_0.tenant_id = $3 AND f14_1_0_0_0.owner_id = $4 AND f14_1_0_0_0.id = f14_1_0_0.contact_id AND f14_1_0_0_0.language >= $8 AND f14_1_0_0_0.language < $9 AND (f14_1_0_0_0.archived_at IS NULL OR f14_1_0_0_0.archived_at IS NOT NULL))) AND f14_1_0_0.ended_on IS NULL)) ORDER BY t14.created_at DESC, t14.id DESC 
 LIMIT 101) AS m14 ORDER BY m14.created_at DESC, m14.id DESC 
 LIMIT $10)
 SELECT json_build_object('nodes', n14_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r15)), '[]'::json) AS j 
FROM (SELECT p14.name AS name, x16.j AS "primaryContact", x19.j AS contacts 
FROM p14 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r16) AS j 
FROM (SELECT t16.name AS name, x17.j AS reports 
FROM contacts AS t16 LEFT OUTER JOIN LATERAL (WITH p17 AS 
(SELECT m17.name AS name, m17.created_at AS created_at, m17.id AS id 
FROM (SELECT t17.name AS name, t17.created_at AS created_at, t17.id AS id 
FROM contacts AS t17 
WHERE t17.tenant_id = $3 AND t17.owner_id = $4 AND t17.reports_to_id = t16.id AND t17.archived_at IS NULL ORDER BY t17.created_at DESC, t17.id DESC 
 LIMIT 101) AS m17 ORDER BY m17.created_at DESC, m17.id DESC 
 LIMIT $11)
 SELECT json_build_object('nodes', n17_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r18)), '[]'::json) AS j 
FROM (SELECT p17.name AS name 
FROM p17 ORDER BY p17.created_at DESC, p17.id DESC) AS r18) AS n17_0) AS x17 ON true 
WHERE t16.tenant_id = $3 AND t16.owner_id = $4 AND t16.id = (SELECT primary_of.contact_id 
FROM account_contacts AS primary_of 
WHERE primary_of.tenant_id = $3 AND (EXISTS (SELECT 1 
FROM contacts AS seen_contacts 
WHERE seen_contacts.tenant_id = primary_of.tenant_id AND seen_contacts.id = primary_of.contact_id AND seen_contacts.owner_id = $4)) AND (EXISTS (SELECT 1 
FROM accounts AS seen_accounts 
WHERE seen_accounts.tenant_id = primary_of.tenant_id AND seen_accounts.id = primary_of.account_id AND seen_accounts.owner_id = $4)) AND primary_of.account_id = p14.id AND primary_of.is_primary_contact)) AS r16) AS x16 ON true LEFT OUTER JOIN LATERAL (WITH p19 AS 
(SELECT m19.contact_id__name AS contact_id__name, m19.contact_id__id AS contact_id__id, m19.contact_id__name_sort AS contact_id__name_sort, m19.id AS id 
FROM (SELECT s19_0.name AS contact_id__name, s19_0.id AS contact_id__id, s19_0.name_sort AS contact_id__name_sort, t19.id AS id 
FROM account_contacts AS t19 LEFT OUTER JOIN contacts AS s19_0 ON s19_0.tenant_id = $3 AND s19_0.owner_id = $4 AND s19_0.id = t19.contact_id 
WHERE t19.tenant_id = $3 AND (EXISTS (SELECT 1 
FROM contacts AS seen_contacts 
WHERE seen_contacts.tenant_id = t19.tenant_id AND seen_contacts.id = t19.contact_id AND seen_contacts.owner_id = $4)) AND (EXISTS (SELECT 1 
FROM accounts AS seen_accounts 
WHERE seen_accounts.tenant_id = t19.tenant_id AND seen_accounts.id = t19.account_id AND seen_accounts.owner_id = $4)) AND t19.account_id = p14.id AND t19.archived_at IS NULL ORDER BY s19_0.name_sort ASC NULLS LAST, t19.id ASC 
 LIMIT 101) AS m19 ORDER BY m19.contact_id__name_sort ASC NULLS LAST, m19.id ASC 
 LIMIT $12)
 SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m19.one AS one 
FROM (SELECT 1 AS one 
FROM account_contacts AS c19 
WHERE c19.tenant_id = $3 AND (EXISTS (SELECT 1 
FROM contacts AS seen_contacts 
WHERE seen_contacts.tenant_id = c19.tenant_id AND seen_contacts.id = c19.contact_id AND seen_contacts.owner_id = $4)) AND (EXISTS (SELECT 1 
FROM accounts AS seen_accounts 
WHERE seen_accounts.tenant_id = c19.tenant_id AND seen_accounts.id = c19.account_id AND seen_accounts.owner_id = $4)) AND c19.account_id = p14.id AND c19.archived_at IS NULL 
 LIMIT 10001) AS m19 
 LIMIT $13) AS b19), CAST($14 AS BIGINT))), 'nodes', n19_1.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r20)), '[]'::json) AS j 
FROM (SELECT CASE WHEN (p19.contact_id__id IS NULL) THEN NULL::json ELSE json_build_object('name', p19.contact_id__name) END AS contact 
FROM p19 ORDER BY p19.contact_id__name_sort ASC NULLS LAST, p19.id ASC) AS r20) AS n19_1) AS x19 ON true ORDER BY p14.created_at DESC, p14.id DESC) AS r15) AS n14_0) AS accounts, (WITH p22 AS 
(SELECT m22.id AS id, m22.created_at AS created_at 
FROM (SELECT t22.id AS id, t22.created_at AS created_at 
FROM opportunities AS t22 
WHERE t22.tenant_id = $3 AND t22.owner_id = $4 AND t22.archived_at IS NULL AND t22.name_sort = $15 ORDER BY t22.created_at DESC, t22.id DESC 
 LIMIT 101) AS m22 ORDER BY m22.created_at DESC, m22.id DESC 
 LIMIT $16)
 SELECT json_build_object('nodes', n22_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r23)), '[]'::json) AS j 
FROM (SELECT x24.j AS "contactRoles", x26.j AS splits 
FROM p22 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r24)), '[]'::json) AS j 
FROM (SELECT p24.role AS role, p24.is_primary AS "isPrimary", x25.j AS contact 
FROM (SELECT t24.role AS role, t24.is_primary AS is_primary, t24.contact_id AS contact_id, t24.created_at AS created_at, t24.id AS id 
FROM opportunity_contact_roles AS t24 
WHERE t24.tenant_id = $3 AND (EXISTS (SELECT 1 
FROM opportunities AS seen_opportunities 
WHERE seen_opportunities.tenant_id = t24.tenant_id AND seen_opportunities.id = t24.opportunity_id AND seen_opportunities.owner_id = $4)) AND (EXISTS (SELECT 1 
FROM contacts AS seen_contacts 
WHERE seen_contacts.tenant_id = t24.tenant_id AND seen_contacts.id = t24.contact_id AND seen_contacts.owner_id = $4)) AND t24.opportunity_id = p22.id ORDER BY t24.created_at, t24.id 
 LIMIT 250) AS p24 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r25) AS j 
FROM (SELECT t25.name AS name 
FROM contacts AS t25 
WHERE t25.tenant_id = $3 AND t25.owner_id = $4 AND t25.id = p24.contact_id) AS r25) AS x25 ON true ORDER BY p24.created_at, p24.id) AS r24) AS x24 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r26)), '[]'::json) AS j 
FROM (SELECT p26.kind AS kind, CAST(p26.percent AS TEXT) AS percent, x27.j AS "user" 
FROM (SELECT t26.kind AS kind, t26.percent AS percent, t26.user_id AS user_id 
FROM opportunity_splits AS t26 
WHERE t26.tenant_id = $3 AND t26.opportunity_id = p22.id ORDER BY t26.kind, t26.user_id 
 LIMIT 250) AS p26 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r27) AS j 
FROM (SELECT t27.name AS name 
FROM users AS t27 
WHERE t27.tenant_id = $3 AND t27.id = p26.user_id) AS r27) AS x27 ON true ORDER BY p26.kind, p26.user_id) AS r26) AS x26 ON true ORDER BY p22.created_at DESC, p22.id DESC) AS r23) AS n22_0) AS opportunities) AS r) END AS anon_1
