package phonelog

import (
	"strings"
	"testing"
)

// The alarm of a 7821 in Cisco's EMCC TechNote 200599, with the head of the
// record that prints it, whose number and wording are of the form of others.
const heldAlarm = `2510 NOT Mar 09 18:32:45.401222 (618:910) SECUREAPP-something nobody knows
<?xml version="1.0" encoding="UTF-8"?>
<x-cisco-alarm>
<Alarm Name="DeviceTLInfo">
<ParameterList>
<String name="DeviceName">SEPC80084AA8743</String>
<String name="IPv4Address">192.168.7.104</String>
<String name="IPv6Address"></String>
<String name="CTL_Signature">Not Installed</String>
<String name="CTL_TFTP_Server">N/A</String>
<String name="ITL_Signature">1B A1 C9 07 E9 9E 4D 3C 53 9D C8 14 24 AF 6C 9F 7D CE 4D 6D </String>
<String name="ITL_TFTP_Server">cucm-115.home.lab</String>
<String name="StatusCode">3</String>
</ParameterList>
</Alarm>
</x-cisco-alarm>
`

func TestHeldLists(t *testing.T) {
	const want = "phone_held_lists ctl=none itl=held itl_sha1=1ba1c907e99e4d3c539dc81424af6c9f7dce4d6d itl_server=cucm-115.home.lab status=3"
	keys := []string{"ctl", "ctl_sha1", "itl", "itl_sha1", "itl_server", "status"}
	next := "2511 NOT Mar 09 18:32:46.000000 SECUREAPP-lookupCTL: TFTP SRVR secure\n"
	oneLine := strings.ReplaceAll(strings.TrimSpace(heldAlarm), "\n", " ") + "\n"
	page := strings.NewReplacer("<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(heldAlarm)
	cut := strings.Split(heldAlarm, "<String name=\"StatusCode")[0]
	for _, tt := range []struct{ name, text, want string }{
		{"lines", heldAlarm + next, "4 " + want + "\n17 signed_file_requested"},
		{"one line", oneLine + next, "1 " + want + "\n2 signed_file_requested"},
		{"entities", page + next, "4 " + want + "\n17 signed_file_requested"},
		{"cut", cut + next, "4 " + strings.TrimSuffix(want, " status=3") + "\n13 signed_file_requested"},
		{"blank lines", strings.ReplaceAll(heldAlarm, "\n", "\n\n"), "7 " + want},
		{"another alarm before", strings.ReplaceAll(heldAlarm, "DeviceTLInfo", "LastOutOfServiceInformation") + heldAlarm, "20 " + want},
	} {
		got, events, _ := scan(t, tt.text, keys...)
		same(t, got, "\n"+tt.want)
		if t.Failed() {
			t.Fatal(tt.name)
		}
		if e := events[0]; e.Phone != "SEPC80084AA8743" || e.Address != "192.168.7.104" || e.Dialect != DialectSecureApp || e.Clock == nil || e.Clock.Text != "Mar 09 18:32:45.401222" {
			t.Errorf("%s: %+v, clock %+v", tt.name, e, e.Clock)
		}
	}
	// Without any record there is no clock, and the lines are counted once.
	_, body, _ := strings.Cut(heldAlarm, "\n")
	got, events, sum := scan(t, body, "itl")
	same(t, got, "3 phone_held_lists itl=held")
	if events[0].Clock != nil || events[0].EndLine != 14 || sum.Matched != 1 || sum.Ignored != 11 || sum.Unknown != 3 {
		t.Errorf("%+v %+v", events[0], sum)
	}
}
