package hints

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

func TestCDP(t *testing.T) {
	for name, want := range map[string]*CDP{
		"cdp-phone": {Version: 2, TTL: 180 * time.Second, DeviceID: "SEP001122334455", Platform: "Cisco IP Phone 8861", Model: "CP-8861",
			Software: "sip88xx.12-5-1-16", PortID: "Port 1", Addresses: addrs("10.1.2.50", "2001:db8::1"), Capabilities: 0x490},
		"cdp-switch": {Version: 2, TTL: 180 * time.Second, DeviceID: "sw1.example.com", Platform: "cisco WS-C2960X-48FPD-L",
			Software: "Cisco IOS Software, C2960X", PortID: "GigabitEthernet1/0/7", SystemName: "sw1",
			Addresses: addrs("10.1.2.2"), Management: addrs("10.1.0.2"), Capabilities: 0x28, NativeVLAN: 10, VoiceVLAN: 200},
	} {
		c, err := ParseCDP(read(t, name))
		if err != nil || !reflect.DeepEqual(c, want) {
			t.Errorf("%s: got\n%+v, %v\nwant\n%+v", name, c, err, want)
		}
		if c.Phone() != (name == "cdp-phone") {
			t.Errorf("%s: phone %v", name, c.Phone())
		}
		if c, err = ParseCDP(append(read(t, name), make([]byte, 20)...)); err != nil || c.Cut {
			t.Errorf("%s, padded: %+v, %v", name, c, err)
		}
	}
}

func TestCDPDamage(t *testing.T) {
	b := read(t, "cdp-phone")
	for n := range b {
		c, err := ParseCDP(b[:n])
		if n < 4 {
			fails(t, err, "are no announcement")
		} else if c == nil || (c.DeviceID != "") != (n >= 4+19) {
			t.Errorf("first %d octets: %+v, %v", n, c, err)
		}
	}
	c, err := ParseCDP(b[:30])
	fails(t, err, "hints: cdp: offset 23: TLV 0x0002 of 45 octets, 7 left")
	if !c.Cut || c.DeviceID != "SEP001122334455" {
		t.Errorf("cut: %+v", c)
	}
	_, err = ParseCDP([]byte{2, 180, 0, 0, 0, 1, 0, 3})
	fails(t, err, "hints: cdp: offset 4: TLV 0x0001 has length 3")
	for _, c := range []struct {
		name string
		tlv  []byte
		want int // addresses
	}{
		{"no number", []byte{0, 2, 0, 6, 0, 0}, 0},
		{"more than there are", []byte{0, 2, 0, 17, 0xff, 0xff, 0xff, 0xff, 1, 1, 0xcc, 0, 4, 10, 0, 0, 1}, 1},
		{"length beyond", []byte{0, 2, 0, 17, 0, 0, 0, 1, 1, 1, 0xcc, 0, 5, 10, 0, 0, 1}, 0},
	} {
		got, err := ParseCDP(append([]byte{2, 180, 0, 0}, c.tlv...))
		if err != nil || len(got.Addresses) != c.want || len(got.Problems) != 1 {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
	got, err := ParseCDP([]byte{1, 60, 0, 0, 0, 2, 0, 16, 0, 0, 0, 1, 1, 1, 0x81, 0, 3, 1, 2, 3}) // CLNP
	if err != nil || got.Addresses != nil || got.Problems != nil {
		t.Errorf("other protocol: %+v, %v", got, err)
	}
}

func TestLLDP(t *testing.T) {
	want := &LLDP{
		ChassisID: "10.1.2.50", PortID: "001122334455:P1", TTL: 180 * time.Second, Port: "SW PORT", SystemName: "SEP001122334455",
		Description: "Cisco IP Phone 8861, V2, sip88xx.12-5-1-16", Able: 0x24, Enabled: 0x24, Management: addrs("10.1.2.50"),
		DeviceClass: 3, VoiceVLAN: 200, Hardware: "2", Firmware: "sboot3.31", Software: "sip88xx.12-5-1-16",
		Serial: "FCH1234ABCD", Manufacturer: "Cisco Systems, Inc.", Model: "CP-8861", Asset: "asset",
	}
	b := read(t, "lldp-phone")
	for _, pad := range []int{0, 1, 30} {
		l, err := ParseLLDP(append(b, make([]byte, pad)...))
		if err != nil || !reflect.DeepEqual(l, want) || !l.Phone() {
			t.Errorf("got\n%+v, %v\nwant\n%+v", l, err, want)
		}
	}
}

func TestLLDPDamage(t *testing.T) {
	b := read(t, "lldp-phone")
	for n := range b {
		l, err := ParseLLDP(b[:n])
		if n < 4 {
			fails(t, err, "are no announcement")
		} else if l == nil || !l.Cut && n < len(b) {
			t.Errorf("first %d octets: %+v, %v", n, l, err)
		}
	}
	_, err := ParseLLDP(b[:20])
	fails(t, err, "hints: lldp: offset 8: TLV 2 of 16 octets, 10 left")

	l, err := ParseLLDP([]byte("\x02\x07\x04\x00\x11\x22\x33\x44\x55" + "\x04\x07\x03\x00\x11\x22\x33\x44\x56" + "\x06\x01\x00" + "\x10\x01\x09" +
		"\xfe\x08\x00\x12\xbb\x02\x01\x01\x90\x5e" + "\xfe\x04\x00\x12\xbb\xff" + "\x00\x00"))
	if err != nil || l.ChassisID != "001122334455" || l.PortID != "001122334456" || l.TTL != 0 || l.VoiceVLAN != 0 || len(l.Problems) != 1 {
		t.Errorf("%+v, %v", l, err)
	}
	l, err = ParseLLDP([]byte("\x02\x04\x05\x06\x01\x02" + "\x04\x05\x07abcd" + "\x00\x00")) // family 6: IEEE 802
	if err != nil || l.ChassisID != "6:0102" || l.PortID != "abcd" {
		t.Errorf("%+v, %v", l, err)
	}
}

func FuzzCDP(f *testing.F) {
	f.Add(read(f, "cdp-phone"))
	f.Add(read(f, "cdp-switch"))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		c, err := ParseCDP(b)
		if c == nil && err == nil {
			t.Fatal("neither an announcement nor an error")
		}
		if c != nil && (len(c.Addresses) > maxAddresses || len(c.Problems) > maxProblems || len(c.Software) > 3*maxText) {
			t.Error("bounds passed")
		}
	})
}

func FuzzLLDP(f *testing.F) {
	f.Add(read(f, "lldp-phone"))
	f.Add([]byte("\x02\x07\x04\x00\x11\x22\x33\x44\x55\x10\x01\x09\xfe\x08\x00\x12\xbb\x02\x01\x41\x90\x5e"))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		l, err := ParseLLDP(b)
		if l == nil && err == nil {
			t.Fatal("neither an announcement nor an error")
		}
		if l != nil && (len(l.Management) > maxAddresses || len(l.Problems) > maxProblems || l.VoiceVLAN > 4095) {
			t.Error("bounds passed")
		}
	})
}
