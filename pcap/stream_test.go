package pcap

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// streamNumbers gives the number of the TCP conversation of every frame, ""
// for frames without one.
func streamNumbers(file []byte) []string {
	sc := newScanner(NewInterest(nil, nil), newJournal())
	src, err := openSource(bytes.NewReader(file), false, &sc.probs)
	if err != nil {
		panic(err)
	}
	sc.src = src
	var out []string
	for src.next(&sc.rec) {
		asked := sc.streams.asked
		sc.frame()
		if sc.streams.asked == asked {
			out = append(out, "")
		} else {
			out = append(out, fmt.Sprint(sc.streams.last))
		}
	}
	return out
}

// chaos makes TCP packets of few hosts, ports and sequence numbers without any
// order, over IPv4 and IPv6, whole and cut, as packets and quoted in ICMP
// errors, so that every rule about the beginning of a conversation is met.
func chaos(seed int64, n int) []byte {
	r := rand.New(rand.NewSource(seed))
	hosts := []string{"10.0.0.1", "10.0.0.2", "10.0.0.3", "[2001:db8::1]", "[2001:db8::2]"}
	ports := []int{80, 81, 2445}
	flags := []string{"S", "S", "SA", "A", "A", "PA", "FA", "R", "RA", "F", "", "SAF", "SR"}
	f := newClassic(1)
	for range n {
		x, y := r.Intn(5), r.Intn(5)
		if x < 3 != (y < 3) {
			continue
		}
		g := seg{fmt.Sprintf("%s:%d", hosts[x], ports[r.Intn(3)]), fmt.Sprintf("%s:%d", hosts[y], ports[r.Intn(3)]),
			flags[r.Intn(len(flags))], 100 + uint32(r.Intn(2)), 200 + uint32(r.Intn(2)), strings.Repeat("x", r.Intn(2))}
		b := g.ip()
		snap := 0
		if x < 3 {
			switch k := r.Intn(20); {
			case k < 2:
				b = icmpError("10.0.0.9", "10.0.0.7", 3, 13, b[:28+4*r.Intn(4)])
			case k < 4:
				snap = 14 + 20 + 12 + r.Intn(9)
			case k < 5:
				b[20+12] = byte(r.Intn(256)) // header length
			}
		}
		f.add(0, frame(b), snap)
	}
	return f.Bytes()
}

func icmpError(from, to string, kind, code uint8, quote []byte) []byte {
	return serialize(ip4(from, to, layers.IPProtocolICMPv4),
		&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(kind, code)}, gopacket.Payload(quote))
}

func compareStreams(t *testing.T, file []byte, want string) {
	t.Helper()
	got := streamNumbers(file)
	lines := strings.Split(strings.TrimSuffix(want, "\n"), "\n")
	if len(got) != len(lines) {
		t.Fatalf("%d frames, tshark has %d", len(got), len(lines))
	}
	for i := range got {
		if got[i] != lines[i] {
			t.Fatalf("frame %d: stream %q, tshark has %q", i+1, got[i], lines[i])
		}
	}
}

// testdata/streams.txt is tshark's answer about streams.pcap.
func TestStreamNumbers(t *testing.T) {
	file, err := os.ReadFile("testdata/streams.pcap")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/streams.txt")
	if err != nil {
		t.Fatal(err)
	}
	compareStreams(t, file, string(want))
}

// Where tshark is installed it is asked about more.
func TestStreamNumbersOracle(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("no tshark")
	}
	for seed := range int64(3) {
		file := chaos(seed, 1500)
		p := filepath.Join(t.TempDir(), "chaos.pcap")
		if err := os.WriteFile(p, file, 0o600); err != nil {
			t.Fatal(err)
		}
		want, err := exec.Command(tshark, "-r", p, "-T", "fields", "-e", "tcp.stream").Output()
		if err != nil {
			t.Fatal(err)
		}
		compareStreams(t, file, string(want))
	}
}

// The table stays bounded, and forgets closed conversations first.
func TestStreamTableBound(t *testing.T) {
	sc := newScanner(NewInterest(nil, nil), newJournal())
	sc.src = &source{}
	const n = maxConversations
	for i := range uint32(n) {
		sc.src.frames++
		sc.net.src, sc.net.dst = i, 1<<31
		flags := uint8(flagRST)
		if i == n-n/8 {
			flags = flagSYN
		}
		sc.streams.packet(sc, 1000, 80, flags, 1, 0, true)
	}
	if len(sc.streams.slots) > maxConversations || int(sc.streams.count) != n {
		t.Errorf("%d slots, %d streams", len(sc.streams.slots), sc.streams.count)
	}
	sc.net.src = n - n/8
	if c := sc.streams.look(sc, 1000, 80); c == nil || c.number != n-n/8 {
		t.Error("a conversation that is open and recent was forgotten")
	}
	if len(sc.probs.list) != 1 {
		t.Errorf("problems %+v", sc.probs.list)
	}
}
