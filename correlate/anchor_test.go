package correlate

import "testing"

// staleCTL is a phone whose CTL is still served as it was signed, while the ITL
// beside it is signed by a newer ITLRecovery key.
func staleCTL(newITL string, records ...string) *scene {
	s := newScene()
	s.listOf("ctl1", "ctl", "ITLRECOVERY_cucm-a1", "e001", "SAST e001 ITLRECOVERY_cucm-a1", "SAST+CCM+TFTP aa01 cucm-a1")
	s.listOf("old", "itl", "ITLRECOVERY_cucm-a1", "e001", "SAST e001 ITLRECOVERY_cucm-a1", "CCM+TFTP aa01 cucm-a1", "TVS bb01 cucm-a1")
	s.listOf("new", "itl", "ITLRECOVERY_cucm-a1", newITL, records...)
	s.listAt("ctl1").HeaderLength = 304
	s.listAt("ctl1").Modified, s.listAt("new").Modified = "2020-01-01T00:00:00Z", "2020-06-01T00:00:00Z"
	s.transfer(0, ownCTL, "ctl1")
	s.says(0.1, "signature_ok", with("header_length", "304"))
	s.transfer(1, ownITL, "old")
	s.says(1.1, "signature_ok", with("header_length", "296"))
	s.transfer(1000, ownCTL, "ctl1")
	s.transfer(1001, ownITL, "new")
	s.tvs(1002, nodeA, "alert", "bb02")
	s.says(1003, "trust_list_verification_failed")
	return s
}

// A CTL lies on the server as it was signed: that it is served again proves no
// key. One that the newer ITL shows to be replaced is no anchor that still works.
func TestAnchorThatWasReplaced(t *testing.T) {
	state := func(s *scene) string { return gateOf(s.judge(t))["no-ctl-anchor"] }
	renewed := []string{"SAST e002 ITLRECOVERY_cucm-a1", "SAST+CCM+TFTP aa02 cucm-a1", "TVS bb02 cucm-a1"}
	if got := state(staleCTL("e002", renewed...)); got != rowUnknown {
		t.Errorf("both SAST keys replaced: %s", got)
	}
	if got := state(staleCTL("e002", append([]string{"SAST aa01 cucm-a1"}, renewed[0], renewed[2])...)); got != rowRefuted {
		t.Errorf("the second SAST is in use: %s", got)
	}
	if got := state(staleCTL("e001", "SAST e001 ITLRECOVERY_cucm-a1", "TVS bb02 cucm-a1")); got != rowRefuted {
		t.Errorf("the signer is in use: %s", got)
	}
	s := staleCTL("e002", renewed...)
	s.listAt("new").Modified = "2019-06-01T00:00:00Z"
	if got := state(s); got != rowRefuted {
		t.Errorf("the ITL is the older one: %s", got)
	}
	s = staleCTL("e002", renewed...)
	s.fact("ctl-token", "available")
	if got := state(s); got != rowRefuted {
		t.Errorf("a token is at hand: %s", got)
	}
}
