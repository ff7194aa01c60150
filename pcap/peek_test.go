package pcap

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func TestPeek(t *testing.T) {
	unhex := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	const udp4 = "450000200001000040110000" + "0a090917" + "0a01010b" + "c01a0045000c0000" + "00010203" // RFC 791, RFC 768
	v6 := "6000000000170640" + "20010db8000000000000000000000001" + "20010db8000000000000000000000002" + "c738098d" + "0000000100000002" + "50180100" + "00000000" + "160301"
	ether := "020000000001" + "020000000002"
	for _, tt := range []struct {
		name, data string
		link       uint32
		want       string
		payload    int
	}{
		{"ethernet", ether + "0800" + udp4, linkEthernet, "udp 10.9.9.23:49178 10.1.1.11:69", 42},
		{"tagged", ether + "8100000a0800" + udp4, linkEthernet, "udp 10.9.9.23:49178 10.1.1.11:69", 46},
		{"raw", udp4, linkRaw, "udp 10.9.9.23:49178 10.1.1.11:69", 28},
		{"raw 6", v6, linkRaw, "tcp [2001:db8::1]:51000 [2001:db8::2]:2445", 60},
		{"cooked 2", "0800000000000001000104060200000000010000" + udp4, linkSLL2, "udp 10.9.9.23:49178 10.1.1.11:69", 48},
		{"arp", ether + "0806" + "0001080006040001", linkEthernet, "", 0},
		{"short", ether + "0800" + udp4[:20], linkEthernet, "", 0},
		{"empty", "", linkEthernet, "", 0},
		{"unknown", udp4, 147, "", 0},
		{"high", udp4, 300, "", 0},
	} {
		f := Frame{Link: tt.link, Data: unhex(tt.data)}
		h, ok := f.Peek()
		got := ""
		if ok {
			got = h.Protocol + " " + h.Src.String() + " " + h.Dst.String()
		}
		if got != tt.want || ok && h.Payload != tt.payload {
			t.Errorf("%s: %q, payload at %d", tt.name, got, h.Payload)
		}
		// Within a larger buffer, as Reader hands it out.
		f.Data = append(f.Data, bytes.Repeat([]byte{7}, 100)...)[:len(f.Data)]
		if again, ok := f.Peek(); ok && again.Payload != tt.payload {
			t.Errorf("%s: in a buffer the payload is at %d", tt.name, again.Payload)
		}
	}
}

func FuzzPeek(f *testing.F) {
	f.Add(uint32(linkEthernet), bytes.Repeat([]byte{8, 0}, 40))
	f.Add(uint32(linkSLL2), bytes.Repeat([]byte{8, 0}, 40))
	f.Fuzz(func(t *testing.T, link uint32, data []byte) {
		if h, ok := (Frame{Link: link, Data: data}).Peek(); ok && (h.Payload < 0 || h.Payload > len(data)) {
			t.Errorf("payload at %d of %d", h.Payload, len(data))
		}
	})
}
