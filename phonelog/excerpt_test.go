package phonelog

import (
	"testing"

	"trustline/phonelog/catalogue/cataloguetest"
)

func TestExcerpts(t *testing.T) {
	cataloguetest.Truth(t, "testdata/excerpts", Scan, map[string][]string{
		// Printed for the ITL as for the CTL; the truth lists the first only.
		// A time with a date in the record: said beside the event of the record.
		"118699_secd_https_tvs_ok.txt":                  {"11:04:15.296173 clock_epoch"},
		"215014_java_https_lsc_foreign_capf_failed.txt": {"Jul 11 20:37:19.386375 clock_epoch"},
		"213407_secureapp_ctl_itl_migrate_ok.txt":       {"Nov 29 06:34:00.501083 trust_list_parsed"},
	})
}
