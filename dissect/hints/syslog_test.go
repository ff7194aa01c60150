package hints

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func utc(year int, month time.Month, day, hour, minute, second, ms int) time.Time {
	return time.Date(year, month, day, hour, minute, second, ms*1e6, time.UTC)
}

func TestSyslog(t *testing.T) {
	for _, c := range []struct {
		source, in string
		want       Syslog
	}{
		{"IBM, QRadar documentation",
			"<179>10499: : : 7454: cisco.callmanager.test Aug 21 2020 17:02:45 UTC : %UC_CALLMANAGER-3-DeviceUnregistered: %[DeviceName=DEVICENAME][IPAddress=172.23.136.216][Protocol=SIP][DeviceType=550][Description=Description][Reason=13][IPAddrAttributes=0][UNKNOWN_PARAMNAME:LastSignalReceived=SIPStationDPrimaryLineTimeout][AppID=Cisco CallManager][ClusterID=Cluster-ID][NodeID=NODEID]: Device unregistered",
			Syslog{Facility: 22, Severity: 3, TimeText: "Aug 21 2020 17:02:45 UTC", Time: utc(2020, 8, 21, 17, 2, 45, 0), Host: "cisco.callmanager.test",
				Application: "UC_CALLMANAGER", Level: 3, Alarm: "DeviceUnregistered", Text: "Device unregistered",
				Params: []Param{{"DeviceName", "DEVICENAME"}, {"IPAddress", "172.23.136.216"}, {"Protocol", "SIP"}, {"DeviceType", "550"}, {"Description", "Description"},
					{"Reason", "13"}, {"IPAddrAttributes", "0"}, {"LastSignalReceived", "SIPStationDPrimaryLineTimeout"}, {"AppID", "Cisco CallManager"},
					{"ClusterID", "Cluster-ID"}, {"NodeID", "NODEID"}}}},
		{"a relayed alarm of HCM-F in a Cisco TechNote, with a relay's time before and a line break",
			"Jun 19 12:00:00 hcs862-hcm-f local99 0 : 42: hcs862-hcm-f.example.net:\nJun 19 2019 10:00:00.19 UTC :  %UC_CERT-0-CertExpired: %[Message=Certificate expiration Notification. Certificate name:tomcat.der Unit:tomcat Type:own-cert Expiration:Sun Mar 26 12:30:59:000 CES][AppID=Cisco Certificate Monitor][ClusterID=][NodeID=hcs862-hcm-f]: Certificate has Expired and needs to be changed at the earliest",
			Syslog{Facility: -1, Severity: -1, TimeText: "Jun 19 2019 10:00:00.19 UTC", Time: utc(2019, 6, 19, 10, 0, 0, 0), Host: "hcs862-hcm-f.example.net",
				Application: "UC_CERT", Level: 0, Alarm: "CertExpired", Text: "Certificate has Expired and needs to be changed at the earliest",
				Params: []Param{{"Message", "Certificate expiration Notification. Certificate name:tomcat.der Unit:tomcat Type:own-cert Expiration:Sun Mar 26 12:30:59:000 CES"},
					{"AppID", "Cisco Certificate Monitor"}, {"ClusterID", ""}, {"NodeID", "hcs862-hcm-f"}}}},
		{"CUCM Managed Services Guide",
			"12: host.cisco.com: *Jun 13 2003 23:11:52.454 UTC: %BACC-4-BAD_REQUEST: %[pname.orig=rdu][comp=parser][mac=1,6,aa:bb:cc:11:22:33][txn=mytxn123]: Bad request received from device [1,6,aa:bb:cc:11:22:33]. Header missing.",
			Syslog{Facility: -1, Severity: -1, TimeText: "Jun 13 2003 23:11:52.454 UTC", Time: utc(2003, 6, 13, 23, 11, 52, 454), Host: "host.cisco.com",
				Application: "BACC", Level: 4, Alarm: "BAD_REQUEST", Text: "Bad request received from device [1,6,aa:bb:cc:11:22:33]. Header missing.",
				Params: []Param{{"pname.orig", "rdu"}, {"comp", "parser"}, {"mac", "1,6,aa:bb:cc:11:22:33"}, {"txn", "mytxn123"}}}},
		{"the same guide, without parameters",
			"11: host.cisco.com: Jun 13 2003 23:11:52.454 UTC: %BACC-5-CONFIG: Configured from console by vty0 [10.10.10.0]",
			Syslog{Facility: -1, Severity: -1, TimeText: "Jun 13 2003 23:11:52.454 UTC", Time: utc(2003, 6, 13, 23, 11, 52, 454), Host: "host.cisco.com",
				Application: "BACC", Level: 5, Alarm: "CONFIG", Text: "Configured from console by vty0 [10.10.10.0]"}},
		{"CUCM alarm definitions give name and parameters; head as above",
			"<190>7: cucm-pub.example.com: Nov 3 2023 06:07:08.009 +0100: %UC_TVS-6-TVSCertificateRegenerated: %[AppID=Cisco Trust Verification Service][ClusterID=Standalone][NodeID=cucm-pub]: TVS Server certificate is regenerated",
			Syslog{Facility: 23, Severity: 6, TimeText: "Nov 3 2023 06:07:08.009 +0100", Time: utc(2023, 11, 3, 5, 7, 8, 9), Host: "cucm-pub.example.com",
				Application: "UC_TVS", Level: 6, Alarm: "TVSCertificateRegenerated", Text: "TVS Server certificate is regenerated",
				Params: []Param{{"AppID", "Cisco Trust Verification Service"}, {"ClusterID", "Standalone"}, {"NodeID", "cucm-pub"}}}},
		{"RFC 3164 section 5.4",
			"<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
			Syslog{Facility: 4, Severity: 2, TimeText: "Oct 11 22:14:15", Host: "mymachine", Level: -1,
				Text: "Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8"}},
		{"brackets in a value", `%A-1-B: %[a=x[1]y][b=\]\\]: t`, Syslog{Facility: -1, Severity: -1, Application: "A", Level: 1, Alarm: "B", Text: "t", Params: []Param{{"a", "x[1]y"}, {"b", `]\`}}}},
		{"cut", "%A-1-B: %[a=1][b=2", Syslog{Facility: -1, Severity: -1, Application: "A", Level: 1, Alarm: "B", Params: []Param{{"a", "1"}, {"b", "2"}}}},
		{"zone that is ambiguous", "Jun 13 2003 23:11:52 IST: x", Syslog{Facility: -1, Severity: -1, Level: -1, TimeText: "Jun 13 2003 23:11:52 IST", Text: "Jun 13 2003 23:11:52 IST: x"}},
		{"no alarm", "100% sure %A-9-B: %A-1: %-1-B: 5%", Syslog{Facility: -1, Severity: -1, Level: -1, Text: "100% sure %A-9-B: %A-1: %-1-B: 5%"}},
		{"priority that is none", "<999>x", Syslog{Facility: -1, Severity: -1, Level: -1, Text: "<999>x"}},
		{"no date", "Jan 32 2020 25:61:61 UTC x", Syslog{Facility: -1, Severity: -1, Level: -1, TimeText: "Jan 32 2020 25:61:61 UTC", Text: "Jan 32 2020 25:61:61 UTC x"}},
	} {
		s, err := ParseSyslog([]byte(c.in))
		if err != nil || !reflect.DeepEqual(*s, c.want) {
			t.Errorf("%s: got\n%+v, %v\nwant\n%+v", c.source, s, err, c.want)
		}
	}
	s, _ := ParseSyslog([]byte("%UC_CAPF-0-CAPFCertificateKeyPairMismatch: %[a=1][NodeID=cucm][NodeID=x]: t"))
	if s.Param("NodeID") != "cucm" || s.Param("none") != "" {
		t.Errorf("Param: %+v", s.Params)
	}
}

func TestSyslogDamage(t *testing.T) {
	for _, in := range []string{"", "\x16\x03\x01", "<30>\x00\x1b[31m"} {
		s, err := ParseSyslog([]byte(in))
		fails(t, err, "is no text")
		if s != nil {
			t.Errorf("%q: %+v", in, s)
		}
	}
	s, err := ParseSyslog([]byte("%A-1-B: %" + strings.Repeat("[k=v]", 100) + ": " + strings.Repeat("x", 5000)))
	if err != nil || len(s.Params) != maxParams || len(s.Text) != maxText || len(s.Problems) != 2 {
		t.Errorf("large: %d, %d, %v, %v", len(s.Params), len(s.Text), s.Problems, err)
	}
}

func FuzzSyslog(f *testing.F) {
	f.Add([]byte("<179>10499: : : 7454: cisco.callmanager.test Aug 21 2020 17:02:45 UTC : %UC_CALLMANAGER-3-DeviceUnregistered: %[DeviceName=DEVICENAME][Reason=13]: Device unregistered"))
	f.Add([]byte("<34>Oct 11 22:14:15 mymachine su: failed"))
	f.Add([]byte(`%A-1-B: %[a=x[1]y][b=\]\\]: t`))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		s, err := ParseSyslog(b)
		if (s == nil) == (err == nil) {
			t.Fatal("a message or an error")
		}
		if s != nil && (len(s.Params) > maxParams || len(s.Text) > 3*maxText || s.Alarm == "" != (s.Level < 0)) {
			t.Errorf("%+v", s)
		}
	})
}
