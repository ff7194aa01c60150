package phonelog

import "testing"

// What a phone and its page say of its certificates.
func TestCertificateStatus(t *testing.T) {
	got, _, sum := scan(t, `10:03:05 Invalid Authentication String
[10:12:23a 11/19/16] Invalid LSC
Invalid MIC
Operation Pending
Certificate Operation Status: Upgrade Success
LSC Status : Failed
LSC: Not Installed
LSC: installed
MIC: Not Installed
MIC Not Installed
Success
LSC: Yes, of course
`, "status", "state")
	same(t, got, `
1 capf_operation_status status=Invalid Authentication String
2 capf_operation_status status=Invalid LSC
3 capf_operation_status status=Invalid MIC
4 capf_operation_status status=Operation Pending
5 capf_operation_status status=Upgrade Success
6 capf_operation_status status=Failed
7 lsc_state state=Not Installed
8 lsc_state state=installed
9 mic_missing
10 mic_missing`)
	if sum.Unknown != 2 || sum.Dialect != DialectStatus {
		t.Errorf("%+v", sum)
	}
}

// A message stands in a mail that answers, and in the source of the phone's page.
func TestStatusQuoted(t *testing.T) {
	got, _, sum := scan(t, `> 10:03:05 Trust List Updated
> > [10:12:23a 11/19/16] No Trust List Installed
10:03:07 File Not Found &lt;CTLFile.tlv&gt;
`, "file")
	same(t, got, `
1 trust_list_updated
2 no_trust_list
3 ctl_absent file=CTLFile.tlv`)
	if sum.Unknown != 0 || sum.Dialect != DialectStatus {
		t.Errorf("%+v", sum)
	}
}
