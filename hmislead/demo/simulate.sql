-- One simulated implementation, in the transaction of `simulate.py`, which has made:
--   pg_temp.simulation   one row: implementation, number, organizations, licenses, people, cocs, today, first, last
--   pg_temp.key(number, kind, n)   the id of the n-th thing of a kind
-- Nothing is random: the same size always makes the same rows. One agency in ten is a victim service provider and
-- has no licenses; a few of everything have lapsed, are missing or lapse soon. The percent sign is avoided (mod): the
-- history triggers are ignored by a wrapper that reads it as a parameter.

INSERT INTO directory_coc (id, implementation_id, created_at, updated_at, number, name, website)
SELECT pg_temp.key(number, 'coc', n), implementation, now(), now(), 'SM-' || 500 + n, 'Simulated CoC ' || n, ''
FROM simulation, generate_series(1, cocs) n;

-- Agencies are 1 to `organizations`; the HMIS Lead and the vendor come after them.
INSERT INTO directory_organization (id, implementation_id, created_at, updated_at, name, common_name, is_vsp,
    is_access_only, phone, website)
SELECT pg_temp.key(number, 'organization', n), implementation, now(), now(),
    CASE n - organizations WHEN 1 THEN 'Simulated HMIS Lead' WHEN 2 THEN 'Simulated Vendor'
        ELSE last[1 + mod(n * 7, cardinality(last))] || ' Services ' || n END,
    '', n <= organizations AND mod(n, 10) = 0, n <= organizations AND mod(n, 25) = 7, '', ''
FROM simulation, generate_series(1, organizations + 2) n;

INSERT INTO directory_organizationrole (id, implementation_id, created_at, updated_at, organization_id, role, starts_on)
SELECT pg_temp.key(number, 'role', n), implementation, now(), now(), pg_temp.key(number, 'organization', n),
    CASE n - organizations WHEN 1 THEN 'hmis_lead' WHEN 2 THEN 'vendor' ELSE 'cho' END, today - 2000
FROM simulation, generate_series(1, organizations + 2) n;

INSERT INTO directory_participation (id, implementation_id, created_at, updated_at, organization_id, coc_id, source, starts_on)
SELECT pg_temp.key(number, 'participation', n), implementation, now(), now(), pg_temp.key(number, 'organization', n),
    pg_temp.key(number, 'coc', 1 + mod(n, cocs)), 'hand', today - 2000
FROM simulation, generate_series(1, organizations) n;

INSERT INTO directory_designation (id, implementation_id, created_at, updated_at, coc_id, kind, organization_id, software,
    decided_on, starts_on)
SELECT pg_temp.key(number, 'designation-' || kind, n), implementation, now(), now(), pg_temp.key(number, 'coc', n), kind,
    pg_temp.key(number, 'organization', organizations + after), software, today - 900, today - 890
FROM simulation, generate_series(1, cocs) n, (VALUES ('lead', 1, ''), ('software', 2, 'Simulated HMIS')) k (kind, after, software);

-- Two projects for each agency, one for one that only has access none.
INSERT INTO directory_project (id, implementation_id, created_at, updated_at, organization_id, name, common_name,
    project_type, is_continuum, operating_from)
SELECT pg_temp.key(number, 'project', n * 2 + p), implementation, now(), now(), pg_temp.key(number, 'organization', n),
    last[1 + mod(n * 7, cardinality(last))] || ' Project ' || n || '-' || 1 + p, '', mod(n + p, 14), true, today - 1500
FROM simulation, generate_series(1, organizations) n, generate_series(0, 1) p WHERE mod(n, 25) <> 7;

INSERT INTO directory_projectcoc (id, implementation_id, created_at, updated_at, project_id, coc_code, coc_id, geocode,
    address1, address2, city, state, zip_code)
SELECT pg_temp.key(number, 'location', n * 2 + p), implementation, now(), now(), pg_temp.key(number, 'project', n * 2 + p),
    'SM-' || 501 + mod(n, cocs), pg_temp.key(number, 'coc', 1 + mod(n, cocs)), '', '', '', '', '', ''
FROM simulation, generate_series(1, organizations) n, generate_series(0, 1) p WHERE mod(n, 25) <> 7;

INSERT INTO directory_hmisparticipation (id, implementation_id, created_at, updated_at, project_id, kind, starts_on)
SELECT pg_temp.key(number, 'participates', n * 2 + p), implementation, now(), now(),
    pg_temp.key(number, 'project', n * 2 + p), CASE WHEN mod(n, 10) = 0 THEN 2 WHEN mod(n, 40) = 3 THEN 0 ELSE 1 END, today - 1500
FROM simulation, generate_series(1, organizations) n, generate_series(0, 1) p WHERE mod(n, 25) <> 7;

INSERT INTO directory_comparabledatabaseattestation (id, implementation_id, created_at, updated_at, organization_id, product,
    attested_on, statement)
SELECT pg_temp.key(number, 'attestation', n), implementation, now(), now(), pg_temp.key(number, 'organization', n),
    'Simulated database', today - mod(n * 13, 400), ''
FROM simulation, generate_series(10, organizations, 10) n;

INSERT INTO directory_person (id, implementation_id, created_at, updated_at, first_name, last_name, email, phone, job_title)
SELECT pg_temp.key(number, 'person', n), implementation, now(), now(), first[1 + mod(n * 5, cardinality(first))],
    last[1 + mod(n * 11 + n / 48, cardinality(last))], 'person-' || n || '@sim-' || number || '.invalid', '', 'Case manager'
FROM simulation, generate_series(1, people) n;

INSERT INTO directory_contact (id, implementation_id, created_at, updated_at, organization_id, person_id, function,
    starts_on, affirmed_on)
SELECT pg_temp.key(number, 'contact', n * 4 + f), implementation, now(), now(), pg_temp.key(number, 'organization', n),
    pg_temp.key(number, 'person', 1 + mod(n * 4 + f, people)),
    (ARRAY['executive_director', 'agency_lead', 'security_officer', 'data_contact'])[1 + f], today - 1000,
    today - mod(n * 17, 395)
FROM simulation, generate_series(1, organizations) n, generate_series(0, 3) f WHERE mod(n * 4 + f, 37) <> 5;

INSERT INTO directory_staffposition (id, implementation_id, created_at, updated_at, person_id, organization_id, function,
    fte, starts_on)
SELECT pg_temp.key(number, 'position', n), implementation, now(), now(), pg_temp.key(number, 'person', 1 + mod(n, people)),
    pg_temp.key(number, 'organization', organizations + 1), 'system_administrator', 1.00, today - 1000
FROM simulation, generate_series(1, 1 + licenses / 80) n;

-- Earlier agencies are larger: half of the licenses are at four agencies in ten. The last one in twenty licenses is a
-- second license of one of the first people.
INSERT INTO directory_license (id, implementation_id, created_at, updated_at, person_id, organization_id, state, state_reason,
    can_write, access_role, username, requested_on, activated_on, suspended_on, terminated_on, account_state,
    observed_on, last_sign_in_on)
SELECT pg_temp.key(number, 'license', n), implementation, now(), now(),
    pg_temp.key(number, 'person', CASE WHEN n > people THEN n - people ELSE n END),
    pg_temp.key(number, 'organization', agency), state, '', mod(n, 9) <> 0, 'Standard user', 'sim' || n,
    today - 700 - mod(n, 300), CASE WHEN state NOT IN ('requested', 'blocked') THEN today - 690 - mod(n, 300) END,
    CASE state WHEN 'suspended' THEN today - mod(n, 40) END, CASE state WHEN 'terminated' THEN today - mod(n, 600) END,
    CASE state WHEN 'active' THEN 'active' WHEN 'suspended' THEN 'locked' WHEN 'terminated' THEN 'inactive' ELSE 'unknown' END,
    CASE WHEN state NOT IN ('requested', 'blocked') THEN today - 5 END,
    CASE WHEN state NOT IN ('requested', 'blocked') THEN today - 5 - mod(n * 31, 58) END
FROM simulation, generate_series(1, licenses) n,
    LATERAL (SELECT 1 + floor((organizations - organizations / 10) * power((n - 0.5) / licenses, 1.5))::int AS staffed) s,
    LATERAL (SELECT staffed + (staffed - 1) / 9 AS agency, CASE mod(n * 7, 50) WHEN 0 THEN 'terminated' WHEN 1 THEN 'requested'
        WHEN 2 THEN 'suspended' WHEN 3 THEN 'blocked' ELSE 'active' END AS state) a;

INSERT INTO training_course (id, implementation_id, created_at, updated_at, title, topics, external_code)
SELECT pg_temp.key(number, 'course', n), implementation, now(), now(), title, ARRAY[topic], ''
FROM simulation, (VALUES (1, 'HMIS software', 'software'), (2, 'Privacy', 'privacy'), (3, 'Security', 'security')) c (n, title, topic);

-- This year's three courses, and for every second person last year's privacy training too. One in forty never had one.
INSERT INTO training_completion (id, implementation_id, created_at, updated_at, course_id, person_id, completed_on, source,
    carried_over, note)
SELECT pg_temp.key(number, 'completion', n * 4 + c), implementation, now(), now(),
    pg_temp.key(number, 'course', CASE WHEN c = 4 THEN 2 ELSE c END), pg_temp.key(number, 'person', n),
    today - mod(n * 37 + c, 385) - CASE WHEN c = 4 THEN 366 ELSE 0 END, 'csv', false, ''
FROM simulation, generate_series(1, people) n, generate_series(1, 4) c
WHERE mod(n + c, 40) <> 0 AND (c < 4 OR mod(n, 2) = 0);

INSERT INTO training_securitycertification (id, implementation_id, created_at, updated_at, person_id, certified_on, statement,
    carried_over)
SELECT pg_temp.key(number, 'certification', n), implementation, now(), now(), pg_temp.key(number, 'person', n),
    today - mod(n * 29, 375), 'Simulated.', false
FROM simulation, generate_series(1, people) n WHERE mod(n, 40) <> 1;

INSERT INTO agreements_agreement (id, implementation_id, created_at, updated_at, type, title, signed_on, effective_on, ends_on,
    termination_reason, carried_over, term)
SELECT pg_temp.key(number, type, n), implementation, now(), now(), type, '', today - age, today - age,
    today - age + days, '', false, 'open'
FROM simulation, LATERAL (
    SELECT 'coc_lead' AS type, n, 100 AS age, 1095 AS days FROM generate_series(1, cocs) n
    UNION ALL
    SELECT 'participation', n, mod(n * 41, 1130), 1095 FROM generate_series(1, organizations) n WHERE mod(n, 30) <> 11
    UNION ALL
    SELECT 'end_user', n, mod(n * 43, 745), 730 FROM generate_series(1, licenses) n WHERE mod(n, 50) <> 13
) a;

INSERT INTO agreements_agreementparty (id, implementation_id, created_at, updated_at, agreement_id, role, coc_id,
    organization_id, person_id, signed_by)
SELECT pg_temp.key(number, type || role, n), implementation, now(), now(), pg_temp.key(number, type, n), role,
    coc_id, organization_id, person_id, ''
FROM simulation, LATERAL (
    SELECT 'coc_lead' AS type, n, 'coc' AS role, pg_temp.key(number, 'coc', n) AS coc_id, NULL::uuid AS organization_id,
        NULL::uuid AS person_id
    FROM generate_series(1, cocs) n
    UNION ALL
    SELECT 'coc_lead', n, 'lead', NULL, pg_temp.key(number, 'organization', organizations + 1), NULL
    FROM generate_series(1, cocs) n
    UNION ALL
    SELECT 'participation', n, role, NULL,
        pg_temp.key(number, 'organization', CASE role WHEN 'lead' THEN organizations + 1 ELSE n END), NULL
    FROM generate_series(1, organizations) n, unnest(ARRAY['cho', 'lead']) role WHERE mod(n, 30) <> 11
    UNION ALL
    SELECT 'end_user', n, 'end_user', NULL, l.organization_id, l.person_id
    FROM generate_series(1, licenses) n JOIN directory_license l ON l.id = pg_temp.key(number, 'license', n)
    WHERE mod(n, 50) <> 13
) a;

-- The roster that makes the days of last sign-in known. Its file was never kept.
INSERT INTO files_storedfile (id, implementation_id, created_at, updated_at, name, content_type, size, sha256, content,
    permission, own_readable)
SELECT pg_temp.key(number, 'file', 1), implementation, now(), now(), 'roster.csv', 'text/csv', 0, repeat('0', 64),
    'simulated/roster', 'import_data', false
FROM simulation;

INSERT INTO directory_importbatch (id, implementation_id, created_at, updated_at, number, kind, state, file_id, applied_at,
    facts_on, refusal, header, options, summary, progress_done, progress_total)
SELECT pg_temp.key(number, 'import', 1), implementation, now(), now(), 1, 'roster', 'applied', pg_temp.key(number, 'file', 1),
    now(), today - 5, '', '{}', '{}', '{}', 0, 0
FROM simulation;

-- A policy in effect in every CoC, acknowledged every year by nearly everybody.
INSERT INTO documents_document (id, implementation_id, created_at, updated_at, type, number, title, title_es, is_public, needs_approval)
SELECT pg_temp.key(number, 'policy', 1), implementation, now(), now(), 'policies_procedures', 'D-001',
    'Policies and Procedures', '', true, true
FROM simulation;

INSERT INTO documents_documentversion (id, implementation_id, created_at, updated_at, document_id, number, state, source,
    changes, effective_on)
SELECT pg_temp.key(number, 'version', 1), implementation, now(), now(), pg_temp.key(number, 'policy', 1), 1, 'effective',
    'blocks', '', today - 800
FROM simulation;

INSERT INTO documents_versioneffect (id, implementation_id, created_at, updated_at, version_id, coc_id, state, requested_on,
    approved_on, effective_from, reviewed_on)
SELECT pg_temp.key(number, 'effect', n), implementation, now(), now(), pg_temp.key(number, 'version', 1),
    pg_temp.key(number, 'coc', n), 'effective', today - 830, today - 810, today - 800, today - mod(n * 37, 400)
FROM simulation, generate_series(1, cocs) n;

INSERT INTO policies_policysetting (id, implementation_id, created_at, updated_at, document_id, audience, first_access, yearly,
    blocks, starts_on)
SELECT pg_temp.key(number, 'rule', 1), implementation, now(), now(), pg_temp.key(number, 'policy', 1), ARRAY['end_users'],
    true, true, true, today - 800
FROM simulation;

INSERT INTO policies_acknowledgement (id, implementation_id, created_at, updated_at, person_id, version_id, language, read_at,
    read_on, signed_name, sha256)
SELECT pg_temp.key(number, 'acknowledgement', n), implementation, now(), now(), pg_temp.key(number, 'person', n),
    pg_temp.key(number, 'version', 1), 'en', now() - make_interval(days => 1 + mod(n * 23, 372)),
    today - 1 - mod(n * 23, 372), 'Simulated', repeat('0', 64)
FROM simulation, generate_series(1, people) n WHERE mod(n, 45) <> 7;
