package register

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The beginning of an alarm of an SCCP phone as chan-sccp logs it (its issue
// 412); addresses are changed.
const outOfService = `<?xml version="1.0" encoding="UTF-8"?><x-cisco-alarm><Alarm Name="LastOutOfServiceInformation"><ParameterList>` +
	`<String name="DeviceName">SEPe0d173e11d95</String><String name="DeviceIPv4Address">192.0.2.111/24</String>` +
	`<String name="IPv4DefaultGateway">192.0.2.2</String><String name="DeviceIPv6Address"></String>` +
	`<String name="ModelNumber">CP-8945</String><Enum name="DHCPv4Status">1</Enum><Enum name="ReasonForOutOfService">23</Enum>` +
	`</ParameterList></Alarm></x-cisco-alarm>` + "\x00\x00"

func TestAlarm(t *testing.T) {
	var problems []string
	got := parseAlarms([]byte(outOfService), &problems)
	want := []Alarm{{Name: "LastOutOfServiceInformation", Device: "SEPe0d173e11d95", Address: "192.0.2.111/24", Model: "CP-8945", Reason: "23"}}
	if !reflect.DeepEqual(got, want) || problems != nil {
		t.Errorf("got %+v, %v", got, problems)
	}
}

// The alarm of another 7821, from a question in the Cisco community: the list
// is the one that pub.techvivi.local served.
func TestAlarmTrustLists(t *testing.T) {
	for text, want := range map[string]HeldList{
		"3E 91 A3 5D A3 D6 BD B7 0F 09 21 98 18 3F 64 D3 B2 8E 80 15 ": {Text: "3E 91 A3 5D A3 D6 BD B7 0F 09 21 98 18 3F 64 D3 B2 8E 80 15",
			Installed: true, Hash: "3e91a35da3d6bdb70f092198183f64d3b28e8015", Algorithm: "sha1", Server: "pub.techvivi.local"},
		"3e:91:a3:5d:a3:d6:bd:b7:0f:09:21:98:18:3f:64:d3": {Text: "3e:91:a3:5d:a3:d6:bd:b7:0f:09:21:98:18:3f:64:d3",
			Installed: true, Hash: "3e91a35da3d6bdb70f092198183f64d3", Algorithm: "md5", Server: "pub.techvivi.local"},
		"Not Installed": {Text: "Not Installed", Missing: true, Server: "pub.techvivi.local"},
		"3E 91":         {Text: "3E 91", Server: "pub.techvivi.local"},
		"":              {Server: "pub.techvivi.local"},
	} {
		var problems []string
		got := parseAlarms([]byte(`--b
<x-cisco-alarm><Alarm Name="DeviceTLInfo"><ParameterList><String name="CTL_Signature">`+text+`</String><String name="CTL_TFTP_Server">pub.techvivi.local</String>
<String name="ITL_TFTP_Server">N/A</String></ParameterList></Alarm></x-cisco-alarm>`), &problems)
		if len(got) != 1 || !reflect.DeepEqual(*got[0].CTL, want) || got[0].ITL.Server != "" || problems != nil {
			t.Errorf("%q: got %+v, %v", text, got, problems)
		}
	}
}

func TestAlarmDamage(t *testing.T) {
	var problems []string
	cut := outOfService[:strings.Index(outOfService, "ModelNumber")]
	if got := parseAlarms([]byte(cut), &problems); len(got) != 1 || got[0].Device != "SEPe0d173e11d95" || len(problems) != 1 {
		t.Errorf("cut: %+v, %v", got, problems)
	}
	problems = nil
	if got := parseAlarms([]byte(strings.Repeat("<x-cisco-alarm><Alarm/></x-cisco-alarm>", 20)), &problems); len(got) != maxAlarms || len(problems) != 1 {
		t.Errorf("many documents: %d, %v", len(got), problems)
	}
	problems = nil
	if got := parseAlarms([]byte("<x-cisco-alarm>"+strings.Repeat("<Alarm/>", 20)), &problems); len(got) != maxAlarms {
		t.Errorf("many alarms: %d, %v", len(got), problems)
	}
	if got := parseAlarms([]byte("<x-cisco-alarm><String name=\"DeviceName\">x</String></x-cisco-alarm>"), &problems); got != nil {
		t.Errorf("no alarm: %+v", got)
	}
}

func TestLastReset(t *testing.T) {
	for in, want := range map[string]*LastReset{
		// A 79xx's own log, and lines from chan-sccp's issues.
		"25: Name=SEPB8BEBF227D79 Load= 9.4(2SR3.1S) Last=Initialized":             {Code: 25, Name: "SEPB8BEBF227D79", Load: "9.4(2SR3.1S)", Last: "Initialized"},
		"Name=SEP001DE5EA99B8  Load=8.1.17 Last=Halt+7372016c":                     {Code: -1, Name: "SEP001DE5EA99B8", Load: "8.1.17", Last: "Halt+7372016c"},
		"32: Name=SEP00215503A8FB Load= term06.default : Invalid SCCP message! : ": {Code: 32, Name: "SEP00215503A8FB", Load: "term06.default"},
		"cisco-alarm:111 Name=CSF1 ActiveLoad=a InactiveLoad=b Last=x y":           {Code: 111, Name: "CSF1", Load: "a", Inactive: "b", Last: "x y"},
		"Last=":              nil,
		"":                   nil,
		"12 monkeys Load=x":  nil,
		"1: Last=a Last=b":   {Code: 1, Last: "a Last=b"},
		"Last= Name=SEP1":    {Code: -1, Name: "SEP1"},
		"99999999999 Last=a": {Code: -1, Last: "a"},
	} {
		if in == "99999999999 Last=a" {
			want.Code = 99999999999 // an int of 64 bits holds it
		}
		if got := parseLastReset(in); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v", in, got)
		}
	}
}

func TestModel(t *testing.T) {
	for n, want := range map[uint32]string{7: "7960", 115: "7941", 30019: "7936", 685: "8861", 0: "", 99999: ""} {
		if got := Model(n); got != want {
			t.Errorf("Model(%d) = %q", n, got)
		}
	}
}

// FuzzAlarms: whatever stands in a log, there are no more alarms than the bound,
// and what follows an alarm does not undo it.
func FuzzAlarms(f *testing.F) {
	f.Add(read(f, "emcc-7821-phone.sip"))
	f.Add([]byte(`<x-cisco-alarm><Alarm Name="A"><ParameterList><String name="x">1</String></ParameterList></Alarm></x-cisco-alarm>`))
	f.Add([]byte("<x-cisco-alarm><x-cisco-alarm><Alarm"))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		if got := ParseAlarms(b); len(got) > maxAlarms {
			t.Fatalf("%d alarms", len(got))
		}
	})
}
