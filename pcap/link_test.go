package pcap

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		panic(err)
	}
	return b
}

func join(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// nested cases all carry the same datagram in other wrappings. The bytes in
// hex are typed from the documents named in the decoders; tshark 4.0 was shown
// all cases and finds the datagram in each (it does not know link type 166).
func nestedCases() []struct {
	name string
	link uint32
	b    []byte
} {
	in4 := udp4("10.0.0.7:49152", "10.0.0.1:69", "read")
	in6 := udp4("[2001:db8::7]:49152", "[2001:db8::1]:69", "read")
	eth := frame(in4)
	mac := eth[:12]
	arrive := func(b []byte, p layers.IPProtocol) []byte {
		return frame(serialize(ip4("192.0.2.1", "192.0.2.2", p), gopacket.Payload(b)))
	}
	arrive6 := func(b []byte, p layers.IPProtocol) []byte {
		return frame(serialize(ip6("2001:db8:1::1", "2001:db8:1::2", p), gopacket.Payload(b)))
	}
	over := func(port string, b []byte) []byte {
		return frame(udp4("192.0.2.1:55555", "192.0.2.2:"+port, string(b)))
	}
	return []struct {
		name string
		link uint32
		b    []byte
	}{
		{"ethernet", 1, eth},
		{"ethernet ipv6", 1, frame(in6)},
		{"802.1Q", 1, join(mac, unhex("8100 6064 0800"), in4)},
		{"802.1Q ipv6", 1, join(mac, unhex("8100 6064 86dd"), in6)},
		{"QinQ", 1, join(mac, unhex("88a8 0001 8100 6064 0800"), in4)},
		{"three tags", 1, join(mac, unhex("9100 0001 8100 6064 8100 0002 0800"), in4)},
		{"LLC SNAP", 1, join(mac, []byte{0, byte(8 + len(in4))}, unhex("aaaa03 000000 0800"), in4, make([]byte, 6))},
		{"802.1Q LLC SNAP", 1, join(mac, unhex("8100 6064"), []byte{0, byte(8 + len(in4))}, unhex("aaaa03 000000 0800"), in4)},
		{"VN-Tag", 1, join(mac, unhex("8926 80010002 0800"), in4)},
		{"Cisco MetaData", 1, join(mac, unhex("8909 01 01 0001 0011 0800"), in4)},
		{"PPPoE", 1, join(mac, unhex("8864 1100 1234"), []byte{0, byte(2 + len(in4))}, unhex("0021"), in4)},
		{"MPLS", 1, join(mac, unhex("8847 00064 0 ff 00065 1 ff"), in4)},
		{"MPLS ipv6", 1, join(mac, unhex("8847 00064 1 ff"), in6)},
		{"MPLS pseudowire", 1, join(mac, unhex("8847 00064 1 ff 00000000"), eth)},
		{"null little endian", 0, join(unhex("02000000"), in4)},
		{"null big endian", 0, join(unhex("00000002"), in4)},
		{"null ipv6 FreeBSD", 0, join(unhex("1c000000"), in6)},
		{"null ipv6 macOS", 0, join(unhex("1e000000"), in6)},
		{"loop", 108, join(unhex("00000002"), in4)},
		{"raw 101", 101, in4},
		{"raw 101 ipv6", 101, in6},
		{"raw 12", 12, in4},
		{"raw 14", 14, in4},
		{"raw ipv4", 228, in4},
		{"raw ipv6", 229, in6},
		{"SLL", 113, join(unhex("0000 0001 0006 001b54112233 0000 0800"), in4)},
		{"SLL 802.1Q", 113, join(unhex("0000 0001 0006 001b54112233 0000 8100 0064 0800"), in4)},
		{"SLL2", 276, join(unhex("0800 0000 00000002 0001 00 06 001b54112233 0000"), in4)},
		{"SLL2 ipv6", 276, join(unhex("86dd 0000 00000002 0001 04 06 001b54112233 0000"), in6)},
		{"PPP", 9, join(unhex("ff03 0021"), in4)},
		{"PPP without framing", 9, join(unhex("0057"), in6)},
		{"PPP compressed protocol", 9, join(unhex("21"), in4)},
		{"PPP serial", 50, join(unhex("ff03 0021"), in4)},
		{"Cisco HDLC as PPP", 50, join(unhex("0f00 0800"), in4)},
		{"Cisco HDLC", 104, join(unhex("0f00 0800"), in4)},
		{"PPPoE link", 51, join(unhex("1100 1234"), []byte{0, byte(2 + len(in4))}, unhex("0021"), in4)},
		{"PPP with direction, received", 204, join(unhex("00 ff03 0021"), in4)},
		{"PPP with direction, sent, without framing", 204, join(unhex("01 0021"), in4)},
		{"PPP of pppd with direction", 166, join(unhex("01 03 0021"), in4)},
		{"4in4", 1, arrive(in4, 4)},
		{"6in4", 1, arrive(in6, 41)},
		{"4in6", 1, arrive6(in4, 4)},
		{"6in6", 1, arrive6(in6, 41)},
		{"GRE", 1, arrive(join(unhex("0000 0800"), in4), 47)},
		{"GRE over IPv6", 1, arrive6(join(unhex("0000 86dd"), in6), 47)},
		{"GRE checksum, key, sequence", 1, arrive(join(unhex("b000 0800 12340000 00000001 00000002"), in4), 47)},
		{"GRE bridged", 1, arrive(join(unhex("0000 6558"), eth), 47)},
		{"PPTP", 1, arrive(join(unhex("3081 880b 0000 0001 00000002 00000003 ff03 0021"), in4), 47)},
		{"ERSPAN I", 1, arrive(join(unhex("0000 88be"), eth), 47)},
		{"ERSPAN II", 1, arrive(join(unhex("1000 88be 00000007 10640001 00000002"), eth), 47)},
		{"ERSPAN III", 1, arrive(join(unhex("1000 22eb 00000007 20640001 00000002 0000 0000"), eth), 47)},
		{"ERSPAN III with subheader", 1, arrive(join(unhex("1000 22eb 00000007 20640001 00000002 0000 0001 0000000000000000"), eth), 47)},
		{"VXLAN", 1, over("4789", join(unhex("08000000 00002a00"), eth))},
		{"VXLAN tagged", 1, over("4789", join(unhex("08000000 00002a00"), mac, unhex("8100 0064 0800"), in4))},
		{"VXLAN GPE", 1, over("4790", join(unhex("0c000001 00002a00"), in4))},
		{"Geneve", 1, over("6081", join(unhex("0140 6558 00002a00 00000000"), eth))},
		{"EtherIP", 1, arrive(join(unhex("3000"), eth), 97)},
		{"MPLS in IP", 1, arrive(join(unhex("00064 1 ff"), in4), 137)},
		{"AH", 1, arrive(join(unhex("04 04 0000 00000001 00000002 000000000000000000000000"), in4), 51)},
		{"IPv6 extensions", 1, frame(join(in6[:4], []byte{0, byte(len(in6) - 40 + 32)}, unhex("00 40"), in6[8:40],
			unhex("3c 00 0104 00000000  2b 00 0104 00000000  2c 00 0104 00000000  11 00 0000 00000005"), in6[40:]))},
		{"IPv4 options", 1, frame(join([]byte{0x46, 0, 0, byte(len(in4) + 4)}, in4[4:20], unhex("01010100"), in4[20:]))},
		{"segmentation offload", 1, frame(join(in4[:2], unhex("0000"), in4[4:]))},
		{"VXLAN in GRE in 802.1Q", 1, join(mac, unhex("8100 0005 0800"),
			arrive(join(unhex("0000 0800"), over("4789", join(unhex("0800000000002a00"), eth))[14:]), 47)[14:])},
	}
}

func TestNestedDatagram(t *testing.T) {
	for _, c := range nestedCases() {
		file := linkOf(c.link, c.b)
		j, sum := scan(t, file, NewInterest([]uint16{69}, nil))
		want := `1 udp 10.0.0.7:49152 > 10.0.0.1:69 "read"`
		if len(j.lines) == 1 && strings.Contains(j.lines[0], "2001") {
			want = `1 udp [2001:db8::7]:49152 > [2001:db8::1]:69 "read"`
		}
		if len(j.lines) != 1 || j.lines[0] != want || len(sum.Problems) != 0 {
			t.Errorf("%s: got %q, problems %q", c.name, j.lines, sum.Problems)
		}
		if l := sum.Links[c.link]; !l.Decoded || l.Frames != 1 {
			t.Errorf("%s: link %+v", c.name, l)
		}
	}
}

// Every frame cut anywhere is read without a panic, and never as a datagram
// that is whole.
func TestNestedCut(t *testing.T) {
	for _, c := range nestedCases() {
		for n := range len(c.b) {
			f := newClassic(c.link)
			f.add(0, c.b, n)
			j, _ := scan(t, f.Bytes(), NewInterest([]uint16{69}, nil))
			for _, l := range j.lines {
				if !strings.HasSuffix(l, "cut") && !strings.HasSuffix(l, `"read"`) {
					t.Errorf("%s cut to %d of %d: %s", c.name, n, len(c.b), l)
				}
			}
		}
	}
}

func TestAnnouncements(t *testing.T) {
	snap := unhex("01000ccccccc 001b54112233 000c aaaa03 00000c 2000 02b4 0000")
	lldp := unhex("0180c200000e 001b54112233 8100 2064 88cc 0000")
	// EAP failure (RFC 3748 section 4.2) in EAPOL (IEEE 802.1X).
	eap := unhex("0180c2000003 001b54112233 888e 01000004 04010004")
	j, _ := scan(t, classicOf(snap, lldp, eap), NewInterest(nil, nil))
	j.want(t,
		`1 cdp from 001b54112233 vlan -1 "\x02\xb4\x00\x00"`,
		`2 lldp from 001b54112233 vlan 100 "\x00\x00"`,
		`3 eapol from 001b54112233 vlan -1 "\x01\x00\x00\x04\x04\x01\x00\x04"`)
}

func TestUnknownLinkType(t *testing.T) {
	_, sum := scan(t, linkOf(147, []byte("x"), []byte("y")), NewInterest(nil, nil))
	wantProblems(t, sum, "file: 2 frames of link type 147 (User 0) are not decoded")
	if l := sum.Links[147]; l.Frames != 2 || l.Decoded {
		t.Errorf("%+v", l)
	}
	_, sum = scan(t, linkOf(40000, []byte("x")), NewInterest(nil, nil))
	wantProblems(t, sum, "1 frames of link type 40000 (unknown) are not decoded")
}
