package register

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sccp builds a message by hand.
func sccp(version uint32, id SCCPID, body ...byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(4+len(body)))
	b = binary.LittleEndian.AppendUint32(b, version)
	return append(binary.LittleEndian.AppendUint32(b, uint32(id)), body...)
}

func padded(s string, n int) string { return s + strings.Repeat("\x00", n-len(s)) }

// Registrations that chan-sccp publishes; the first one with its header.
const (
	register7936 = `30 00 00 00 00 00 00 00 01 00 00 00 53 45 50 30 30 30 34 46 32 45 32 34 30 41 33 00
		00 00 00 00 01 00 00 00 c0 a8 04 c8 43 75 00 00 00 00 00 00 00 00 00 01 04 00 00 00`
	body7941 = `53 45 50 30 30 31 46 39 45 32 36 36 33 36 39 00 00 00 00 00 00 00 00 00 c0 a8 09 24 73 00 00 00
		05 00 00 00 00 00 00 00 11 00 72 85 01 00 00 00 00 00 00 00 00 1f 9e 26 63 69 00 00 00 00 00 00
		03 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 53 43 43 50
		34 31 2e 38 2d 35 2d 33 53 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00`
	body6961 = `53 45 50 30 30 31 31 32 31 46 46 38 41 33 45 00 00 00 00 00 01 00 00 00 53 DA 5E 14 F1 01 00 00
		28 00 00 00 00 00 00 00 0F 20 70 85 00 00 00 00 00 00 00 00 30 30 31 31 32 31 46 46 38 41 33 45 00 00 00 00`
	body7960 = `53 45 50 30 30 31 42 35 33 35 43 44 33 44 36 00 00 00 00 00 01 00 00 00 0A 0F 0F B2 07 00 00 00
		00 00 00 00 00 00 00 00 0B 00 60 85 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 52 49 4E 47 00 00 00 00`
)

func TestPublishedRegistrations(t *testing.T) {
	for _, c := range []struct {
		b    []byte
		want SCCP
	}{
		{unhex(t, register7936), SCCP{Length: 56, Device: "SEP0004F2E240A3", IP: netip.MustParseAddr("192.168.4.200"), Type: 30019, Model: "7936", Version: 4}},
		{sccp(17, Register, unhex(t, body7941)...), SCCP{Header: 17, Length: 136, Device: "SEP001F9E266369", IP: netip.MustParseAddr("192.168.9.36"),
			Type: 115, Model: "7941", Version: 17, Load: "SCCP41.8-5-3S"}},
		{sccp(0, Register, unhex(t, body6961)...), SCCP{Length: 80, Device: "SEP001121FF8A3E", IP: netip.MustParseAddr("83.218.94.20"), Type: 497, Model: "6961", Version: 15}},
		{sccp(0, Register, unhex(t, body7960)...), SCCP{Length: 80, Device: "SEP001B535CD3D6", IP: netip.MustParseAddr("10.15.15.178"), Type: 7, Model: "7960", Version: 11}},
	} {
		m, err := ParseSCCP(c.b)
		c.want.ID = Register
		if err != nil || !reflect.DeepEqual(*m, c.want) {
			t.Errorf("got\n%+v, %v\nwant\n%+v", m, err, c.want)
		}
	}
}

// messages are built by hand; tshark reads the same values from them.
var messages = []struct {
	b    []byte
	want SCCP
}{
	{sccp(0, KeepAlive), SCCP{ID: KeepAlive}},
	{sccp(0, KeepAliveAck), SCCP{ID: KeepAliveAck}},
	{sccp(0, VersionReq), SCCP{ID: VersionReq}},
	{sccp(0, RegisterReject, []byte(padded("No Entry in Database", 33))...), SCCP{ID: RegisterReject, Text: "No Entry in Database"}},
	{sccp(17, RegisterAck, []byte("\x1e\x00\x00\x00M/D/Y\x00\x00\x00\x3c\x00\x00\x00\x11\x00\x00\x00")...), SCCP{ID: RegisterAck, Header: 17, KeepAlive: 30, Secondary: 60, Version: 17}},
	{sccp(0, AlarmMessage, []byte("\x02\x00\x00\x00"+padded("25: Name=SEP001F9E266369 Load= 9.4(2SR3.1S) Last=Initialized", 80)+"\x00\x00\x00\x00\xc0\xa8\x02\x99")...),
		SCCP{ID: AlarmMessage, Code: 2, Device: "SEP001F9E266369", Load: "9.4(2SR3.1S)", Text: "25: Name=SEP001F9E266369 Load= 9.4(2SR3.1S) Last=Initialized",
			Last: &LastReset{Code: 25, Name: "SEP001F9E266369", Load: "9.4(2SR3.1S)", Last: "Initialized"}}},
	{sccp(17, Unregister, 1, 0, 0, 0), SCCP{ID: Unregister, Header: 17, Code: 1}},
	{sccp(0, Unregister), SCCP{ID: Unregister}},
	{sccp(17, UnregisterAck, 2, 0, 0, 0), SCCP{ID: UnregisterAck, Header: 17, Code: 2}},
	{sccp(0, VersionRes, []byte(padded("SCCP41.8-5-3S", 16))...), SCCP{ID: VersionRes, Load: "SCCP41.8-5-3S"}},
	{sccp(17, RegisterToken, []byte("SEP001F9E266369\x00\x00\x00\x00\x00\x01\x00\x00\x00\xc0\xa8\x09\x24\x73\x00\x00\x00"+strings.Repeat("\x00", 20))...),
		SCCP{ID: RegisterToken, Header: 17, Device: "SEP001F9E266369", Type: 115, Model: "7941"}},
	{sccp(0, RegisterTokenAck), SCCP{ID: RegisterTokenAck}},
	{sccp(0, RegisterTokenReject, 30, 0, 0, 0), SCCP{ID: RegisterTokenReject, Code: 30}},
	{sccp(0, Reset, 2, 0, 0, 0), SCCP{ID: Reset, Code: 2}},
	{sccp(17, ServerRes, []byte(padded("cucm1", 48)+padded("cucm2", 48)+strings.Repeat("\x00", 3*48+5*4+5*4))...), SCCP{ID: ServerRes, Header: 17, Servers: []string{"cucm1", "cucm2"}}},
	{sccp(17, EnhancedAlarm, []byte(outOfService)...), SCCP{ID: EnhancedAlarm, Header: 17, Device: "SEPe0d173e11d95",
		Alarms: []Alarm{{Name: "LastOutOfServiceInformation", Device: "SEPe0d173e11d95", Address: "192.0.2.111/24", Model: "CP-8945", Reason: "23"}}}},
}

func TestMessages(t *testing.T) {
	for _, c := range messages {
		m, err := ParseSCCP(c.b)
		c.want.Length = len(c.b)
		if err != nil || !reflect.DeepEqual(*m, c.want) {
			t.Errorf("got\n%+v, %v\nwant\n%+v", m, err, c.want)
		}
	}
	m, err := ParseSCCP(sccp(0, 0x8a, 1, 2, 3))
	if err != nil || m.ID.String() != "0x008a" || m.Length != 15 {
		t.Errorf("message of a call: %+v, %v", m, err)
	}
	if !Register.FromPhone() || !EnhancedAlarm.FromPhone() || RegisterAck.FromPhone() || Reset.FromPhone() || Register.String() != "Register" {
		t.Error("senders")
	}
}

// A Register that ends early keeps what was whole.
func TestShort(t *testing.T) {
	whole := sccp(17, Register, unhex(t, body7941)...)
	for n := sccpHeader; n < len(whole); n++ {
		m, err := ParseSCCP(whole[:n])
		if err != nil || !m.Cut || (m.Device != "") != (n >= 28) || m.IP.IsValid() != (n >= 40) || (m.Model != "") != (n >= 44) || (m.Version != 0) != (n >= 56) {
			t.Fatalf("first %d octets: %+v, %v", n, m, err)
		}
	}
	ipv6 := whole
	copy(ipv6[12+72:], netip.MustParseAddr("2001:db8::1").AsSlice())
	if m, _ := ParseSCCP(append(ipv6, padded("{stamp}", 48)...)); m.IPv6 != netip.MustParseAddr("2001:db8::1") || m.Stamp != "" {
		t.Errorf("what follows the message is not of it: %+v", m)
	}
	binary.LittleEndian.PutUint32(ipv6, uint32(len(ipv6)-8+48))
	if m, _ := ParseSCCP(append(ipv6, padded("{stamp}", 48)...)); m.Stamp != "{stamp}" {
		t.Errorf("stamp: %+v", m)
	}
}

func TestSCCPErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "register: sccp: offset 0: 0 octets",
		"00000000 00000000 00000000": "register: sccp: offset 0: 00 00 00 00 00 00 00 00 00 00 00 00 is no header",
		"16030100 c8010000 c4030300": "is no header", // TLS
		"04000000 40000000 01000000": "is no header", // header version 64
		"04000000 00000000 00000100": "is no header", // identifier
		"01000100 00000000 01000000": "is no header", // length
	} {
		m, err := ParseSCCP(unhex(t, in))
		var pe *ParseError
		if m != nil || !errors.As(err, &pe) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v", in, m, err)
		}
	}
}

func TestStream(t *testing.T) {
	var b []byte
	for _, m := range messages {
		b = append(b, sccp(0, 0x8f, make([]byte, 300)...)...) // CallInfo
		b = append(b, m.b...)
		b = append(b, sccp(0, 0x83)...) // StopTone
	}
	for size := 1; size < 600; size += 7 {
		var s SCCPStream
		var got []*SCCP
		for i := 0; i < len(b); i += size {
			got = append(got, s.Data(b[i:min(i+size, len(b))])...)
		}
		if len(got) != len(messages) || s.Messages != 3*len(messages) || s.Problems != nil || s.Close() != nil {
			t.Fatalf("pieces of %d: %d messages of %d, %v", size, len(got), s.Messages, s.Problems)
		}
		for i, m := range got {
			want := messages[i].want
			want.Length = len(messages[i].b)
			if !reflect.DeepEqual(*m, want) {
				t.Fatalf("pieces of %d: %+v", size, m)
			}
		}
	}
}

func TestSCCPStreamLoss(t *testing.T) {
	reg := sccp(17, Register, unhex(t, body7941)...)
	call := sccp(0, 0x8f, make([]byte, 300)...)

	var s SCCPStream
	s.Data(call[:100])
	s.Lost(100)
	if got := s.Data(append(call[200:], reg...)); len(got) != 1 || s.Problems != nil {
		t.Errorf("gap in a message that nobody wants: %+v, %v", got, s.Problems)
	}
	s.Data(reg[:50])
	s.Lost(20)
	if got := s.Data(reg[70:]); got != nil || len(s.Problems) != 1 {
		t.Errorf("gap in a message: %+v, %v", got, s.Problems)
	}
	if got := s.Data(reg); len(got) != 1 || got[0].Device != "SEP001F9E266369" {
		t.Errorf("picked up: %+v", got)
	}
	s.Data(reg[:50])
	if m := s.Close(); m == nil || !m.Cut || m.Device != "SEP001F9E266369" || m.Model != "7941" {
		t.Errorf("end: %+v", m)
	}

	s = SCCPStream{}
	s.Data(call[:20])
	if m := s.Close(); m != nil {
		t.Errorf("end of a call's message: %+v", m)
	}
	s = SCCPStream{}
	if got := s.Data([]byte("GET / HTTP/1.1\r\n\r\n")); got != nil || len(s.Problems) != 1 {
		t.Errorf("foreign: %+v, %v", got, s.Problems)
	}
	s = SCCPStream{}
	got := s.Data(append(sccp(17, EnhancedAlarm, append([]byte(outOfService), make([]byte, 20000)...)...), reg...))
	if len(got) != 2 || !got[0].Cut || len(got[0].Problems) != 1 || got[0].Device == "" || got[1].Device == "" {
		t.Errorf("large message: %+v", got)
	}
}

func FuzzSCCP(f *testing.F) {
	for _, m := range messages {
		f.Add(m.b, 5)
	}
	f.Add(unhex(f, register7936), 30)
	f.Add(append(sccp(17, Register, unhex(f, body7941)...), sccp(0, 0x8f, 1, 2, 3)...), 1)
	f.Fuzz(func(t *testing.T, b []byte, size int) {
		b = slices.Clip(b) // nothing may be read behind the end
		m, err := ParseSCCP(b)
		if (m == nil) == (err == nil) {
			t.Fatal("a message or an error")
		}
		if m != nil && (len(m.Alarms) > maxAlarms || len(m.Problems) > maxProblems || m.Cut != (m.Length > len(b))) {
			t.Errorf("%+v", m)
		}
		if size < 1 {
			size = 1
		}
		var s SCCPStream
		for i := 0; i < len(b); i += size {
			s.Data(b[i:min(i+size, len(b))])
			if len(s.buf) > maxKept || len(s.Problems) > maxProblems || s.skip < 0 {
				t.Error("bounds passed")
			}
		}
		s.Close()
	})
}
