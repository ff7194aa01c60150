package pasted

import (
	"testing"

	"trustline/phonelog/catalogue/cataloguetest"
)

func TestCatalogues(t *testing.T) {
	cataloguetest.Samples(t, commandsBook())
	cataloguetest.Samples(t, cliBook())
	cataloguetest.Samples(t, outputBook())
}

func TestPerturbed(t *testing.T) {
	cataloguetest.Perturb(t, commandsBook(), map[string]bool{
		// A client is started before it is told what to get.
		"tftp_get > tftp_session": true,
		"ignore > tftp_session":   true,
	})
	cataloguetest.Perturb(t, cliBook(), map[string]bool{})
	cataloguetest.Perturb(t, outputBook(), map[string]bool{})
}

// Every event that the package names has an entry.
func TestEntries(t *testing.T) {
	have := map[string]bool{}
	for _, e := range Entries() {
		if e.Event != "" && !e.Part {
			have[e.Event] = true
			if e.Means == "" || e.Source == "" && e.Derived == "" {
				t.Errorf("%s: no meaning or no source", e.Event)
			}
		}
		if e.Part {
			if _, ok := parts[e.Event]; !ok {
				t.Errorf("part %s has no kind", e.Event)
			}
		}
	}
	for _, name := range []string{"file_hash", "operator_tftp_get", "file_listing", "menu_hash", "packet_row", "phone_state", "cluster_node",
		"operator_tls_check", "operator_port_check", "tls_negotiation_error", "expressway_connection", "cucm_version", "service_state",
		"operator_command", "cluster_security_mode", "cluster_mode_set"} {
		if !have[name] {
			t.Errorf("no entry of %s", name)
		}
	}
}

func FuzzCatalogues(f *testing.F) {
	cataloguetest.Fuzz(f, commandsBook(), cliBook(), outputBook(), derivedBook())
}
