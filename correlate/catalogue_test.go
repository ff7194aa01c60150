package correlate

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// catalogued are the findings by their number in the design, F01 first.
var catalogued = strings.Fields(`
itl-ok-do-not-delete trust-lists-verified itl-updated-via-tvs itl-verified-by-ctl first-list-blind-trust
https-authenticated-via-tvs ctl-absent-nonsecure-normal phone-without-sbd secure-registration-ok lsc-installed
callmanager-tvs-both-regenerated callmanager-regenerated-pending tvs-regenerated-itl-not-refreshed
hostname-change-single-node-itl-only hostname-change-with-ctl all-nodes-renamed-together cm-group-single-tvs
cluster-rebuilt-no-drs itl-corrupt-after-drs-restore itl-corrupt-on-server ctl-corrupt-on-server
itl-stale-on-phone itl-differs-between-tftp-servers itl-too-large ctl-signer-unknown ctl-anchors-lost
itlrecovery-regenerated-refresh-upgrade ctl-stale-vs-certificates ctl-tokenless-signer-changed
ctl-left-behind-nonsecure itl-reset-transition cert-regenerated-ok
list-transfer-failed tftp-server-busy tftp-address-wrong-or-down list-fallback-to-generic
centralised-tftp-heterogeneous proxy-tftp-leaf-unreachable tftp-address-not-in-ctl default-config-no-tvs
config-signer-not-trusted config-signature-invalid config-signature-algorithm-unsupported
encrypted-config-unreadable config-unsigned-accepted config-not-applied other-signed-file-rejected
tvs-port-blocked tvs-not-listening tvs-cert-mismatch tvs-handshake-failed tvs-certificate-unknown-in-store
tvs-no-answer tvs-fallback-used tvs-cache-masks-change tvs-name-unresolvable https-service-unverified
server-certificate-expired
capf-port-blocked capf-cert-mismatch capf-record-missing capf-differs-between-nodes lsc-auth-string-wrong
lsc-auth-string-not-entered lsc-invalid-existing-certificate lsc-operation-failed-comm-or-timeout mic-missing
capf-certificate-unfit capf-external-ca-failed
secure-registration-port-blocked ccm-certificate-not-in-ctl phone-certificate-refused-by-cucm
mic-roots-removed security-profile-mismatch tls-version-or-cipher-mismatch server-key-not-fips
registered-nonsecure call-security-lowered upgrade-secure-7x-ctl-not-refreshed
blank-itl-rollback-active blank-itl-refused moved-cluster-no-trust old-tvs-unreachable-after-move
bulk-certificate-incomplete secure-move-with-rollback migration-by-same-token token-lost
emcc-certificates-missing vpn-hash-mismatch dot1x-failed-after-capf-change autoregistration-in-mixed-mode
itl-deleted-or-erased settings-access-blocks-deletion
evidence-insufficient capture-window-misses-boot evidence-mixed-epochs clock-skew cert-identity-near-miss
tls-certificates-hidden phone-clock-wrong intermediary-in-path certificate-expired-or-expiring
itlrecovery-renewed
`)

// healthyFindings are those that a working phone may have as its primary.
var healthyFindings = []string{"itl-updated-via-tvs", "itl-ok-do-not-delete", "secure-registration-ok", "lsc-installed", "trust-lists-verified", "https-authenticated-via-tvs"}

func TestCatalogueHasEveryFinding(t *testing.T) {
	if len(catalogued) != 103 {
		t.Fatalf("%d ids, want 103", len(catalogued))
	}
	var have []string
	for _, r := range rules {
		if slices.Contains(have, r.ID) {
			t.Errorf("%s is defined twice", r.ID)
		}
		have = append(have, r.ID)
		if !slices.Contains(catalogued, r.ID) {
			t.Errorf("%s is not in the catalogue", r.ID)
		}
	}
	for _, id := range catalogued {
		if !slices.Contains(have, id) {
			t.Errorf("%s is missing", id)
		}
	}
}

func TestCatalogueSaysWhatItSees(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)
	for _, r := range rules {
		for what, text := range map[string]string{"id": r.ID, "title": r.Title, "symptom": r.Sees, "cause": r.Says, "class": r.Class, "source": r.Source} {
			if strings.TrimSpace(text) != text || text == "" {
				t.Errorf("%s: its %s is %q", r.ID, what, text)
			}
		}
		if !kebab.MatchString(r.ID) {
			t.Errorf("%s is not in kebab case", r.ID)
		}
		if !strings.HasSuffix(r.Says, ".") {
			t.Errorf("%s: the cause is no sentence: %q", r.ID, r.Says)
		}
		for _, o := range rules {
			for _, text := range []string{r.Title, r.Sees, r.Says, r.Missing} {
				if strings.Contains(text, o.ID) {
					t.Errorf("%s: the id %s stands in %q", r.ID, o.ID, text)
				}
			}
		}
		if !slices.Contains([]string{ClassOK, ClassNote, ClassDegraded, ClassRecoverable, ClassLockedOut, ClassInconclusive}, r.Class) {
			t.Errorf("%s: class %q", r.ID, r.Class)
		}
		if len(r.Needs) == 0 && !r.Frame && r.Missing == "" {
			t.Errorf("%s has no need, is raised by nothing else and says not which record is missing", r.ID)
		}
		if r.Frame && len(r.Needs)+len(r.Not) > 0 {
			t.Errorf("%s is raised by judging itself and has needs", r.ID)
		}
		if !slices.Contains([]string{"", "both", "cluster"}, r.Scope) {
			t.Errorf("%s: scope %q", r.ID, r.Scope)
		}
		if want := slices.Contains(healthyFindings, r.ID); want && !r.Healthy || r.Healthy && classRank(r.Class) > classRank(ClassOK) {
			t.Errorf("%s: healthy %v, class %s", r.ID, r.Healthy, r.Class)
		}
		if r.remedy == nil && r.Missing == "" && !slices.Contains([]string{ClassOK, ClassNote}, r.Class) {
			t.Errorf("%s is %s and has no remedy", r.ID, r.Class)
		}
	}
	order := slices.DeleteFunc(slices.Clone(healthyFirst), func(id string) bool { return !slices.Contains(healthyFindings, id) })
	if !slices.Equal(order, healthyFindings) {
		t.Errorf("a working phone takes its primary in the order %v, want %v", order, healthyFindings)
	}
}

func TestCatalogueAsksWhatExists(t *testing.T) {
	used := map[string]bool{}
	for _, r := range rules {
		for _, q := range slices.Concat(r.Needs, r.Not, r.Proof, r.Opens) {
			used[q] = true
			if questions[q].ask == nil {
				t.Errorf("%s asks %q, which is no question", r.ID, q)
			}
		}
		for _, q := range r.Opens {
			if !slices.Contains(r.Needs, q) {
				t.Errorf("%s is opened by %q, which it does not need", r.ID, q)
			}
		}
		for i, q := range r.Needs {
			if slices.Contains(r.Not, q) || slices.Contains(r.Needs[:i], q) {
				t.Errorf("%s names %q twice", r.ID, q)
			}
		}
	}
	for name, q := range questions {
		if name != q.Name || q.Asks == "" || !strings.HasSuffix(q.Asks, "?") {
			t.Errorf("question %q asks %q", name, q.Asks)
		}
	}
	for list, gate := range gates {
		for _, row := range gate {
			if questions[row.question].ask == nil || row.asks == "" || row.condition == "" {
				t.Errorf("row %s of the gate of the %s: %+v", row.row, list, row)
			}
		}
	}
}

// What a finding asks to be collected is known by name: the general steps, those
// of an unknown name, would be a slip.
func TestCatalogueCollectsWhatItNames(t *testing.T) {
	k := newCase(healthyBoot().b, Options{})
	v := newView(k, k.byName[phoneName])
	general := v.collectFor("")
	for _, r := range rules {
		for _, q := range r.Get {
			if slices.Equal(v.collectFor(q), general) {
				t.Errorf("%s wants %q to be collected, which nothing tells how", r.ID, q)
			}
		}
	}
	for list, gate := range gates {
		for _, row := range gate {
			for _, s := range v.collectFor(row.question) {
				if s.Text == "" || s.Risk == "" {
					t.Errorf("row %s of the gate of the %s: %+v", row.row, list, s)
				}
			}
		}
	}
}

func TestCatalogueExplainsWithoutCircles(t *testing.T) {
	by := map[string]*Rule{}
	for _, r := range rules {
		by[r.ID] = r
	}
	const open, done = 1, 2
	state := map[string]int{}
	var walk func(id string, path []string)
	walk = func(id string, path []string) {
		path = append(slices.Clone(path), id)
		if state[id] == open {
			t.Errorf("findings explain each other: %s", strings.Join(path, " -> "))
			return
		}
		if state[id] == done {
			return
		}
		state[id] = open
		for _, next := range by[id].Explain {
			if by[next] != nil {
				walk(next, path)
			}
		}
		state[id] = done
	}
	for _, r := range rules {
		for _, id := range slices.Concat(r.Explain, r.Neighbours) {
			if by[id] == nil || id == r.ID {
				t.Errorf("%s names %q as consequence or neighbour", r.ID, id)
			}
		}
		walk(r.ID, nil)
	}
}

// A verdict that sends somebody to the phone passes the gate of the list that
// would be deleted; a few need no deletion.
func TestCatalogueLockedOutPassesTheGate(t *testing.T) {
	for _, r := range rules {
		switch {
		case r.Gate != "" && gates[r.Gate] == nil:
			t.Errorf("%s: no gate %q", r.ID, r.Gate)
		case r.Gate != "" && r.Class != ClassLockedOut:
			t.Errorf("%s has a gate and is %s", r.ID, r.Class)
		}
	}
}

// Every step that a report names says what it risks.
func TestCatalogueStepsNameTheirRisk(t *testing.T) {
	for _, make := range []func() *scene{
		healthyBoot, regenerated, healed, waiting, signedAnew, upgraded, moved, rolledBack, visiting, blankServed, recoveryRenewed, mixedBoot, bootScene, behindGateway,
		func() *scene { return regenerated().closed() }, func() *scene { return renamed("") }, func() *scene { return renamed("available") }, func() *scene { return expired(-1) },
	} {
		r := Judge(make().b, Options{})
		found := slices.Clone(r.Cluster.Findings)
		var steps []Step
		for _, p := range r.Phones {
			found = append(found, p.Findings...)
		}
		for _, f := range found {
			steps = append(steps, f.Remedy...)
			steps = append(steps, f.CollectNext...)
		}
		for _, step := range steps {
			if step.Text == "" || step.Risk == "" {
				t.Errorf("the step %q risks %q", step.Text, step.Risk)
			}
		}
	}
}
