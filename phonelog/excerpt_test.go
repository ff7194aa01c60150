package phonelog

import (
	"testing"

	"trustline/phonelog/catalogue/cataloguetest"
)

func TestExcerpts(t *testing.T) {
	cataloguetest.Truth(t, "testdata/excerpts", Scan, map[string][]string{
		// Printed for the ITL as for the CTL; the truth lists the first only.
		"213407_secureapp_ctl_itl_migrate_ok.txt": {"Nov 29 06:34:00.501083 trust_list_parsed"},
	})
}
