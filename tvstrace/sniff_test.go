package tvstrace

import (
	"bytes"
	"testing"

	"trustline/phonelog/catalogue"
)

func TestSniff(t *testing.T) {
	for _, tt := range []struct {
		text, dialect string
		low, high     int
	}{
		{question, DialectTVS, 90, 100},
		{"10:03:08.065 | debug MsgType : CAPF_MSG_AUTH_REQ\n", DialectCAPF, 100, 100},
		{"00004392.000 |07:28:32.738 |AppInfo  |TFTPEngine::isReadRequest[x], [y] opcode(1)\n", DialectTFTPSDL, 100, 100},
		{"00001821.000 |16:34:01.765 |AppInfo  |x\n", DialectCMSDL, 100, 100},
		{"10:38:29.051 |StationD: (0000048) x\n", DialectCM, 100, 100},
		{"x %UC_TVS-6-ITLFileRegenerated: %[AppID=x]: y\n", DialectSyslog, 100, 100},
		{"2014-08-04 15:21:21,241 INFO [main] - op:import\n", DialectCertMgmt, 100, 100},
		{"Serial Number: 1\nIssuer Name: CN=x\n", DialectShowCert, 100, 100},
		{"admin:show cert own CAPF/CAPF.pem\n  Version: V3\n  Serial Number: 1\n  Issuer Name: CN=x\n", DialectShowCert, 100, 100},
		{"Version: 1.2\n", "", 0, 0}, // of a trust list
		{"admin:run sql select c.subjectname from certificate as c\n", DialectSQL, 100, 100},
		{"admin:show itl\n", "", 0, 0},
		{"subjectname serialnumber ipv4address name\n", DialectSQL, 100, 100},
		{"837: NOT 09:13:17.561856 SECD: x\n", "", 0, 0},
		{"plain prose\n", "", 0, 0},
	} {
		d, score := Sniff([]byte(tt.text))
		if d != tt.dialect || score < tt.low || score > tt.high {
			t.Errorf("%.40q: %q %d", tt.text, d, score)
		}
	}
}

func TestEntries(t *testing.T) {
	for _, e := range Entries() {
		if e.Event != "" && e.Means == "" {
			t.Errorf("%s:%d: %s has no meaning", e.File, e.Line, e.Event)
		}
	}
}

// FuzzTvstrace: any bytes give a summary, and events with a name of the closed
// list and lines inside the input.
func FuzzTvstrace(f *testing.F) {
	f.Add([]byte(question))
	f.Add([]byte("00004376.003 |07:28:32.110 |AppInfo  |   HTTPConnection::wait_SdlDataInd Printing the HTTPRequest : msgBuffer size [64] --: GET /CTLSEP2834A2823B58.tlv HTTP/1.1\nHost:198.51.100.0:6970\nX\n"))
	f.Add([]byte("subjectname serialnumber\n=========== ============\nCN=x 0a\nVersion: V3\nSerial Number: 12\nIssuer Name: CN=x\n"))
	f.Add([]byte("2014-08-04 15:21:26,485 INFO [main] - DBParameters\nJun 19 2019 10:00:00.1 UTC : %UC_CERT-0-CertExpired: %[A=b]: x\n"))
	f.Add([]byte("18:01:06.346 |   debug     MsgType               : TVS_MSG_Q"))
	known := map[string]bool{}
	for _, e := range Entries() {
		known[e.Event] = !e.Part
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var events []*catalogue.Event
		sum, err := Scan(bytes.NewReader(text), func(e *catalogue.Event) { events = append(events, e) })
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if !known[e.Name] || e.Line < 1 || e.EndLine < e.Line || e.EndLine > sum.Lines || e.Detail == nil {
				t.Fatalf("%+v of %d lines", e, sum.Lines)
			}
		}
		Sniff(text)
	})
}
