package pcap

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// rtpCapture is a capture of calls: n packets of 214 bytes, as G.711 in 20 ms
// makes them, between 1000 phones, one in 2000 a TFTP read request.
func rtpCapture(n int) []byte {
	r := rand.New(rand.NewSource(1))
	request := frame(udp4("10.0.0.7:49152", "10.0.0.1:69", "\x00\x01SEP001B54112233.cnf.xml\x00octet\x00"))
	media := serialize(ether(layers.EthernetTypeIPv4), gopacket.Payload(udp4("10.1.0.0:20000", "10.2.0.0:20002", string(make([]byte, 172)))))
	f := newClassic(1)
	f.Grow(n * (16 + len(media)))
	for i := range n {
		d := time.Duration(i) * 20 * time.Microsecond
		if i%2000 == 1999 {
			f.add(d, request, 0)
			continue
		}
		a := uint16(r.Intn(1000))
		binary.BigEndian.PutUint16(media[28:], a)
		binary.BigEndian.PutUint16(media[32:], a^1)
		binary.BigEndian.PutUint16(media[34:], 16384+a*2)
		binary.BigEndian.PutUint16(media[36:], 16384+(a^1)*2)
		f.add(d, media, 0)
	}
	return f.Bytes()
}

type nullSink struct{ n int }

func (s *nullSink) Datagram(*Datagram)          { s.n++ }
func (s *nullSink) Open(*Conn)                  {}
func (s *nullSink) Data(*Conn, Chunk)           {}
func (s *nullSink) End(*Conn, EndReason)        {}
func (s *nullSink) Unreachable(*UnreachableUDP) {}

func BenchmarkScanUnwanted(b *testing.B) {
	const n = 200_000
	file := rtpCapture(n)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		var s nullSink
		if _, err := Scan(bytes.NewReader(file), NewInterest([]uint16{69}, []uint16{2445}), &s); err != nil || s.n != n/2000 {
			b.Fatal(err, s.n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/packet")
}

// BenchmarkScanTCP follows wanted connections of 20 KB each.
func BenchmarkScanTCP(b *testing.B) {
	f := newClassic(1)
	for i := range 500 {
		c, s := fmt.Sprintf("10.3.%d.%d:50000", i/200, i%200), "10.0.0.1:2445"
		f.add(0, frame(seg{c, s, "S", 1000, 0, ""}.ip()), 0)
		f.add(0, frame(seg{s, c, "SA", 5000, 1001, ""}.ip()), 0)
		for k := range 20 {
			f.add(time.Duration(k)*time.Millisecond, frame(seg{s, c, "PA", 5001 + 1000*uint32(k), 1001, string(make([]byte, 1000))}.ip()), 0)
		}
		f.add(0, frame(seg{c, s, "R", 1001, 0, ""}.ip()), 0)
	}
	file := f.Bytes()
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Scan(bytes.NewReader(file), NewInterest([]uint16{69}, []uint16{2445}), &nullSink{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead reads the frames of a file without looking into them: the scan
// of our own against pcapgo, with and without copies.
func BenchmarkRead(b *testing.B) {
	const n = 200_000
	capture := rtpCapture(n)
	name := filepath.Join(b.TempDir(), "calls.pcap")
	if err := os.WriteFile(name, capture, 0o600); err != nil {
		b.Fatal(err)
	}
	run := func(reader string, read func(io.Reader) (frames int)) {
		b.Run(reader, func(b *testing.B) {
			b.SetBytes(int64(len(capture)))
			b.ReportAllocs()
			for b.Loop() {
				f, err := os.Open(name)
				if err != nil {
					b.Fatal(err)
				}
				if got := read(f); got != n {
					b.Fatal(got)
				}
				f.Close()
			}
		})
	}
	run("own", func(f io.Reader) (frames int) {
		r, err := NewReader(f)
		for err == nil {
			if _, err = r.Next(); err == nil {
				frames++
			}
		}
		return frames
	})
	theirs := func(next func(*pcapgo.Reader) error) func(io.Reader) int {
		return func(f io.Reader) (frames int) {
			r, err := pcapgo.NewReader(f)
			for err == nil {
				if err = next(r); err == nil {
					frames++
				}
			}
			return frames
		}
	}
	run("pcapgo", theirs(func(r *pcapgo.Reader) error {
		_, _, err := r.ReadPacketData()
		return err
	}))
	run("pcapgo-nocopy", theirs(func(r *pcapgo.Reader) error {
		_, _, err := r.ZeroCopyReadPacketData()
		return err
	}))
}
