package dissect

import (
	"encoding/binary"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustline/dissect/hints"
	"trustline/pcap"
)

// dhcpMessage builds a message by RFC 2131 figure 1.
func dhcpMessage(op byte, your string, options ...any) []byte {
	b := make([]byte, 236)
	b[0], b[1], b[2] = op, 1, 6
	copy(b[4:], "\x01\x02\x03\x04")
	if your != "" {
		copy(b[16:], netip.MustParseAddr(your).AsSlice())
	}
	copy(b[28:], "\x00\x11\x22\x33\x44\x55")
	b = append(b, 0x63, 0x82, 0x53, 0x63)
	for i := 0; i < len(options); i += 2 {
		v := fmt.Sprint(options[i+1])
		b = append(append(b, byte(options[i].(int)), byte(len(v))), v...)
	}
	return append(b, 255)
}

// dnsMessage builds a query or answer of one A question (RFC 1035 section 4).
func dnsMessage(id uint16, flags uint16, name string) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	b = binary.BigEndian.AppendUint16(b, flags)
	b = append(b, 0, 1, 0, 0, 0, 0, 0, 0)
	for _, l := range strings.Split(name, ".") {
		b = append(append(b, byte(len(l))), l...)
	}
	return append(b, 0, 0, 1, 0, 1)
}

// skinnyMessage builds an SCCP message.
func skinnyMessage(id uint32, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(4+len(body)))
	b = binary.LittleEndian.AppendUint32(b, 0)
	return append(binary.LittleEndian.AppendUint32(b, id), body...)
}

func fixed(n int, s string) []byte { return append([]byte(s), make([]byte, n-len(s))...) }

func said(f *found) []string {
	var out []string
	for _, o := range f.observations {
		keys := []string{}
		for k, v := range o.Detail {
			keys = append(keys, k+"="+v)
		}
		slices.Sort(keys)
		out = append(out, strings.Join(strings.Fields(fmt.Sprintf("%d %s/%s %v %s %s %s", o.First.Frame, o.Kind, o.Event, o.Client, o.Device, o.Model, strings.Join(keys, " "))), " "))
	}
	return out
}

func TestObservations(t *testing.T) {
	sccp, sip := ep("10.0.0.1:2000"), ep("10.0.0.1:5060")
	any68, all67 := ep("0.0.0.0:68"), ep("255.255.255.255:67")
	register := "REGISTER sip:10.0.0.1 SIP/2.0\r\nCall-ID: %s\r\nCSeq: %d REGISTER\r\nTo: <sip:2222@10.0.0.1>\r\nUser-Agent: Cisco-CP8861/12.5.1\r\n" +
		"Contact: <sip:x@10.0.0.7:5060>;+u.sip!devicename.ccm.cisco.com=\"SEP001122334455\"\r\nExpires: %d\r\nContent-Length: 0\r\n\r\n"
	result := "SIP/2.0 %s\r\nCall-ID: %s\r\nCSeq: %d REGISTER\r\nContent-Length: 0\r\n\r\n"
	for _, c := range []struct {
		name string
		make func(w *wire)
		want []string
	}{
		{"dhcp", func(w *wire) {
			w.udp(any68, all67, dhcpMessage(1, "", 53, "\x01", 12, "SEP001122334455", 60, "Cisco Systems, Inc. IP Phone CP-8861\x00"))
			w.udp(ep("10.0.0.2:67"), ep("255.255.255.255:68"), dhcpMessage(2, "10.0.0.7", 53, "\x02", 54, "\x0a\x00\x00\x02"))
			w.udp(any68, all67, dhcpMessage(1, "", 53, "\x03", 12, "SEP001122334455"))
			w.udp(ep("10.0.0.2:67"), ep("255.255.255.255:68"), dhcpMessage(2, "10.0.0.7", 53, "\x05", 54, "\x0a\x00\x00\x02", 150, "\x0a\x00\x00\x01\x0a\x00\x00\x03"))
			w.udp(ep("10.0.0.2:67"), ep("255.255.255.255:68"), dhcpMessage(2, "10.0.0.7", 53, "\x05", 54, "\x0a\x00\x00\x02", 150, "\x0a\x00\x00\x01\x0a\x00\x00\x03"))
		}, []string{"4 dhcp/ack 10.0.0.7 SEP001122334455 CP-8861 tftp_servers=10.0.0.1 10.0.0.3"}},
		{"dhcp without answer", func(w *wire) {
			w.udp(any68, all67, dhcpMessage(1, "", 53, "\x01", 12, "SEP001122334455"))
			w.wait(4 * time.Second)
			w.udp(any68, all67, dhcpMessage(1, "", 53, "\x01", 12, "SEP001122334455"))
			w.wait(10 * time.Second)
			w.udp(ep("10.0.0.8:49152"), ep("10.0.0.1:53"), []byte("xx"))
		}, []string{"1 dhcp/no-answer invalid IP SEP001122334455 host_name=SEP001122334455"}},
		{"dns", func(w *wire) {
			c, s := ep("10.0.0.7:40000"), ep("10.0.0.9:53")
			w.udp(c, s, dnsMessage(1, 0x0100, "cucm1.example.com"))
			w.udp(s, c, dnsMessage(1, 0x8183, "cucm1.example.com"))
			w.udp(c, s, dnsMessage(2, 0x0100, "cucm1.example.com"))
			w.udp(s, c, dnsMessage(2, 0x8183, "cucm1.example.com"))
			w.udp(c, s, dnsMessage(3, 0x0100, "cucm2.example.com"))
			w.udp(s, c, dnsMessage(3, 0x8182, "cucm2.example.com"))
			w.udp(c, s, dnsMessage(4, 0x0100, "good.example.com"))
			w.udp(s, c, dnsMessage(4, 0x8180, "good.example.com"))
			w.udp(c, s, dnsMessage(5, 0x0100, "silent.example.com"))
			w.wait(time.Minute)
			w.udp(c, s, dnsMessage(6, 0x0100, "late.example.com"))
		}, []string{"2 dns/nxdomain 10.0.0.7 name=cucm1.example.com type=1", "6 dns/failed 10.0.0.7 name=cucm2.example.com rcode=SERVFAIL type=1",
			"9 dns/no-answer 10.0.0.7 name=silent.example.com type=1"}},
		{"dns one way", func(w *wire) {
			w.udp(ep("10.0.0.7:40000"), ep("10.0.0.9:53"), dnsMessage(5, 0x0100, "silent.example.com"))
			w.wait(time.Minute)
			w.udp(ep("10.0.0.7:40000"), ep("10.0.0.9:53"), []byte("xx"))
		}, nil},
		{"alarm", func(w *wire) {
			w.udp(ep("10.0.0.1:50514"), ep("10.0.0.20:514"), []byte("<189>1: : : 7: cucm.example.com Aug 21 2020 17:02:45 UTC : %UC_TVS-6-TVSCertificateRegenerated: %[AppID=Cisco TVS][NodeID=cucm-pub]: TVS certificate regenerated"))
			w.udp(ep("10.0.0.1:50514"), ep("10.0.0.20:514"), []byte("<189>Mar 1 08:00:00 host app: no alarm"))
		}, []string{"1 syslog/alarm invalid IP alarm=TVSCertificateRegenerated application=UC_TVS host=cucm.example.com param.AppID=Cisco TVS param.NodeID=cucm-pub severity=6 text=TVS certificate regenerated time_text=Aug 21 2020 17:02:45 UTC"}},
		{"sccp accepted", func(w *wire) {
			w.connect(phoneTCP, sccp)
			body := append(fixed(16, "SEP001122334455"), make([]byte, 8)...)
			body = append(body, 10, 0, 0, 7)
			body = binary.LittleEndian.AppendUint32(body, 115) // 7941
			w.tcp(phoneTCP, sccp, psh|ack, skinnyMessage(1, append(body, 0, 0, 0, 0)))
			w.tcp(sccp, phoneTCP, psh|ack, skinnyMessage(0x81, append([]byte{30, 0, 0, 0, 'M', '/', 'D', '/', 'Y', 0, 0, 0, 60, 0, 0, 0}, 11, 0, 0, 0)))
		}, []string{"4 registration/requested 10.0.0.7 SEP001122334455 7941", "5 registration/ok 10.0.0.7 SEP001122334455 7941"}},
		{"sccp rejected", func(w *wire) {
			w.connect(phoneTCP, sccp)
			w.tcp(phoneTCP, sccp, psh|ack, skinnyMessage(1, append(fixed(16, "SEP001122334455"), make([]byte, 20)...)))
			w.tcp(sccp, phoneTCP, psh|ack, skinnyMessage(0x9d, fixed(33, "Error: DB Config")))
		}, []string{"4 registration/requested 10.0.0.7 SEP001122334455", "5 registration/rejected 10.0.0.7 SEP001122334455 reason=Error: DB Config"}},
		{"sip over TCP", func(w *wire) {
			w.connect(phoneTCP, sip)
			w.tcp(phoneTCP, sip, psh|ack, fmt.Appendf(nil, register, "a@x", 1, 3600))
			w.tcp(sip, phoneTCP, psh|ack, fmt.Appendf(nil, result, "100 Trying", "a@x", 1))
			w.tcp(sip, phoneTCP, psh|ack, fmt.Appendf(nil, result, "200 OK", "a@x", 1))
			w.tcp(phoneTCP, sip, psh|ack, fmt.Appendf(nil, register, "b@x", 2, 0)) // keeps warm
			w.tcp(sip, phoneTCP, psh|ack, fmt.Appendf(nil, result, "200 OK", "b@x", 2))
		}, []string{"4 registration/requested 10.0.0.7 SEP001122334455 CP-8861 line=2222 version=12.5.1", "6 registration/ok 10.0.0.7 SEP001122334455 CP-8861"}},
		{"sip over UDP", func(w *wire) {
			c := ep("10.0.0.7:5060")
			w.udp(c, sip, fmt.Appendf(nil, register, "a@x", 1, 3600))
			w.udp(sip, c, fmt.Appendf(nil, result, "403 Forbidden", "a@x", 1))
		}, []string{"1 registration/requested 10.0.0.7 SEP001122334455 CP-8861 line=2222 version=12.5.1",
			"2 registration/rejected 10.0.0.7 SEP001122334455 CP-8861 reason=Forbidden status=403"}},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			w := newWire()
			c.make(w)
			f := w.read(t, DefaultOptions())
			if d := cmp.Diff(c.want, said(f)); d != "" {
				t.Error(d)
			}
			closed := map[string]bool{}
			for _, k := range ObservationKinds() {
				closed[k.Kind+"/"+k.Event] = true
			}
			for _, o := range f.observations {
				if !closed[o.Kind+"/"+o.Event] {
					t.Errorf("%s/%s is not in the list", o.Kind, o.Event)
				}
			}
			o := DefaultOptions()
			o.Hints = false
			if f := w.read(t, o); len(f.observations) > 0 {
				t.Errorf("without hints: %q", said(f))
			}
		})
	}
}

func FuzzObserve(f *testing.F) {
	f.Add(dhcpMessage(1, "", 53, "\x01", 12, "SEP001122334455"), skinnyMessage(1, fixed(36, "SEP001122334455")))
	f.Add(dnsMessage(1, 0x8183, "a.example.com"), []byte("REGISTER sip:x SIP/2.0\r\nCall-ID: 1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		a, b = a[:min(len(a), 4000)], b[:min(len(b), 4000)]
		w := newWire()
		for _, port := range []int{53, 67, 514, 5060} {
			s := netip.AddrPortFrom(netip.MustParseAddr("10.0.0.1"), uint16(port))
			w.udp(phone, s, a)
			w.udp(s, phone, b)
		}
		for _, port := range []int{2000, 5060} {
			s := netip.AddrPortFrom(netip.MustParseAddr("10.0.0.1"), uint16(port))
			w.connect(phoneTCP, s)
			w.pour(phoneTCP, s, 700, a)
			w.pour(s, phoneTCP, 700, b)
		}
		w.read(t, DefaultOptions())
	})
}

// TestHeldLists replays the 7821 of Cisco's EMCC TechNote: in an alarm it says
// which lists it holds.
func TestHeldLists(t *testing.T) {
	b, err := os.ReadFile("register/testdata/emcc-7821-phone.sip")
	if err != nil {
		t.Fatal(err)
	}
	w := newWire()
	sip := ep("192.168.7.200:5060")
	c := ep("192.168.7.104:51778")
	w.connect(c, sip)
	w.pour(c, sip, 1400, b)
	f := w.read(t, DefaultOptions())
	i := slices.IndexFunc(f.observations, func(o *Observation) bool { return o.Event == "held-lists" })
	if i < 0 {
		t.Fatalf("%q", said(f))
	}
	o := f.observations[i]
	if o.Device != "SEPC80084AA8743" || o.Detail["ctl"] != "none" || o.Detail["itl"] != "held" || o.Detail["itl_server"] != "cucm-115.home.lab" {
		t.Errorf("%+v", o)
	}
}

// TestAnnouncements reads a phone's own announcements, see hints/testdata.
func TestAnnouncements(t *testing.T) {
	for protocol, file := range map[string]string{"cdp": "cdp-phone.bin", "lldp": "lldp-phone.bin"} {
		b, err := os.ReadFile("hints/testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		f := &found{}
		w := newWatcher(f)
		for range 3 {
			w.announcement(&pcap.Announcement{Mark: pcap.Mark{Frame: 1}, Protocol: protocol, Source: [6]byte{0, 0x11, 0x22, 0x33, 0x44, 0x55}, Payload: b})
		}
		if len(f.observations) != 1 || !strings.HasPrefix(f.observations[0].Device, "SEP") || f.observations[0].Event != "phone" {
			t.Errorf("%s: %q", protocol, said(f))
		}
	}
}

// TestEAP builds 802.1X as RFC 3748 section 4 draws it: a failure that goes to
// the group address is about the only identity seen, and about nobody when
// there were two; one that goes to a phone's own address is about that phone.
func TestEAP(t *testing.T) {
	identity := func(name string) []byte {
		n := len(name) + 5
		return append([]byte{1, 0, 0, byte(n), 2, 1, 0, byte(n), 1}, name...)
	}
	failure := []byte{1, 0, 0, 4, 4, 1, 0, 4}
	group, swtch := [6]byte{1, 0x80, 0xc2, 0, 0, 3}, [6]byte{0, 0x1b, 0x54, 1, 2, 3}
	one, two := [6]byte{0, 0x11, 0x22, 0x33, 0x44, 0x55}, [6]byte{0, 0x11, 0x22, 0x33, 0x44, 0x66}
	f := &found{}
	w := newWatcher(f)
	send := func(frame int, from, to [6]byte, b []byte) {
		w.announcement(&pcap.Announcement{Mark: pcap.Mark{Frame: frame}, Protocol: "eapol", Source: from, Dest: to, Payload: b})
	}
	last := func() string {
		if len(f.observations) == 0 {
			return "nothing"
		}
		o := f.observations[len(f.observations)-1]
		return o.Kind + " " + o.Event + " " + o.Device + " " + o.MAC
	}
	send(1, one, group, identity("CP-8861-SEP001122334455"))
	send(2, swtch, group, failure)
	if got, want := last(), "eap failure SEP001122334455 001122334455"; got != want {
		t.Errorf("one identity: %q, want %q", got, want)
	}
	send(3, two, group, identity("CP-8861-SEP001122334466"))
	send(4, swtch, group, failure)
	if got, want := last(), "eap failure  "; got != want {
		t.Errorf("two identities: %q, want %q", got, want)
	}
	send(5, swtch, two, failure)
	if got, want := last(), "eap failure SEP001122334466 001122334466"; got != want {
		t.Errorf("addressed: %q, want %q", got, want)
	}
}

// TestEAPUnnamed: where no identity names the phone, its own announcement does,
// before or after; a MAC address that nobody claims stays one.
func TestEAPUnnamed(t *testing.T) {
	failure := []byte{1, 0, 0, 4, 4, 1, 0, 4}
	swtch, phone, pc := [6]byte{0, 0x1b, 0x54, 1, 2, 3}, [6]byte{0, 0x11, 0x22, 0x33, 0x44, 0x55}, [6]byte{2, 0, 0, 0, 0, 1}
	cdp, err := os.ReadFile("hints/testdata/cdp-phone.bin")
	if err != nil {
		t.Fatal(err)
	}
	for _, before := range []bool{true, false} {
		f := &found{}
		w := newWatcher(f)
		announce := func(frame int) {
			w.announcement(&pcap.Announcement{Mark: pcap.Mark{Frame: frame}, Protocol: "cdp", Source: phone, Payload: cdp})
		}
		if before {
			announce(1)
		}
		for i, to := range [][6]byte{phone, pc} {
			w.announcement(&pcap.Announcement{Mark: pcap.Mark{Frame: 2 + i}, Protocol: "eapol", Source: swtch, Dest: to, Payload: failure})
		}
		if !before {
			announce(4)
		}
		w.close(&pcap.Summary{})
		got := map[string]string{}
		for _, o := range f.observations {
			if o.Kind == "eap" {
				got[o.MAC] = fmt.Sprint(o.First.Frame, " ", o.Device)
			}
		}
		m, _ := hints.ParseCDP(cdp)
		if want := map[string]string{"001122334455": "2 " + m.DeviceID, "020000000001": "3 "}; !maps.Equal(got, want) {
			t.Errorf("announced before %v: %q, want %q", before, got, want)
		}
	}
	// DHCP tells by its vendor class alone.
	w := newWatcher(&found{})
	w.learn("001122334455", "", "CP-8861")
	o := &Observation{Kind: "eap", Event: "success", MAC: "001122334455"}
	w.supplicant(o, "x")
	if o.Device != "SEP001122334455" || o.Model != "CP-8861" {
		t.Errorf("%+v", o)
	}
}
