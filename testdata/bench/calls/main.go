// Calls writes a capture of call traffic with a few TFTP transfers in it: the
// usual case of a mirror port that ran for hours around one phone's boot.
//
//	go run ./testdata/bench/calls -bytes 1200000000 > calls.pcap
//
// Nearly all frames are RTP (G.711, 20 ms, 214 octets on the wire) between
// phones, with SIP keepalives among them. Every transfer is a phone that boots:
// CTLSEP (file not found), ITLSEP and SEP....cnf.xml.sgn. The same flags give
// the same bytes. At the end it prints to stderr what it planted.
package main

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"os"
)

const (
	snaplen   = 262144
	startTime = 1700000000 // 2023-11-14 22:13:20 UTC
)

func main() {
	size := flag.Int64("bytes", 1_200_000_000, "size of the capture in octets")
	calls := flag.Int("calls", 200, "calls in progress")
	boots := flag.Int("boots", 20, "phones that boot, three TFTP requests each")
	flag.Parse()
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	c := &capture{w: w}
	if err := c.write(*size, *calls, *boots); err != nil {
		fmt.Fprintln(os.Stderr, "calls:", err)
		os.Exit(1)
	}
	if err := w.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "calls:", err)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stderr, "calls: %d frames, %d octets, %d TFTP read requests, %d complete transfers\n", c.frames, c.size, 3**boots, 2**boots)
}

type capture struct {
	w      io.Writer
	size   int64
	frames int64
	micros int64 // since startTime
	buf    [2048]byte
}

func (c *capture) write(size int64, calls, boots int) error {
	head := make([]byte, 24)
	binary.LittleEndian.PutUint32(head, 0xa1b2c3d4)
	binary.LittleEndian.PutUint16(head[4:], 2)
	binary.LittleEndian.PutUint16(head[6:], 4)
	binary.LittleEndian.PutUint32(head[16:], snaplen)
	binary.LittleEndian.PutUint32(head[20:], 1) // Ethernet
	if _, err := c.w.Write(head); err != nil {
		return err
	}
	c.size = int64(len(head))
	rtp := make([]byte, 172)
	rtp[0] = 0x80
	var seq uint16
	next := size / int64(boots+1)
	booted := 0
	for c.size < size {
		for i := 0; i < calls && c.size < size; i++ {
			for dir := range 2 {
				binary.BigEndian.PutUint16(rtp[2:], seq)
				binary.BigEndian.PutUint32(rtp[4:], uint32(seq)*160)
				binary.BigEndian.PutUint32(rtp[8:], uint32(i)<<1|uint32(dir))
				for j := 12; j < len(rtp); j++ {
					rtp[j] = byte(j*7 + i + int(seq))
				}
				a, b := phone(2*i), phone(2*i+1)
				if dir == 1 {
					a, b = b, a
				}
				if err := c.udp(a, b, uint16(16384+4*i), uint16(16386+4*i), rtp); err != nil {
					return err
				}
			}
		}
		seq++
		if seq%500 == 0 {
			if err := c.udp(phone(int(seq)%calls), server, 5060, 5060, []byte("\r\n\r\n")); err != nil {
				return err
			}
		}
		if booted < boots && c.size > next*int64(booted+1) {
			if err := c.boot(1000 + booted); err != nil {
				return err
			}
			booted++
		}
		c.micros += 10
	}
	for ; booted < boots; booted++ {
		if err := c.boot(1000 + booted); err != nil {
			return err
		}
	}
	return nil
}

// boot writes one phone's three TFTP requests and their transfers.
func (c *capture) boot(n int) error {
	mac := fmt.Sprintf("SEP00112233%04X", n)
	port := uint16(49152 + n%8000)
	for i, f := range []struct {
		name string
		size int
	}{{"CTL" + mac + ".tlv", -1}, {"ITL" + mac + ".tlv", 5438 + n}, {mac + ".cnf.xml.sgn", 7652 + n}} {
		cp, sp := port+uint16(i), uint16(33000+n*3+i)
		rrq := append([]byte{0, 1}, f.name+"\x00octet\x00"...)
		if err := c.udp(phone(n), server, cp, 69, rrq); err != nil {
			return err
		}
		if f.size < 0 {
			if err := c.udp(server, phone(n), sp, cp, append([]byte{0, 5, 0, 1}, "File not found\x00"...)); err != nil {
				return err
			}
			continue
		}
		data := make([]byte, 516)
		for block, left := 1, f.size; ; block++ {
			k := min(left, 512)
			data[1] = 3
			binary.BigEndian.PutUint16(data[2:], uint16(block))
			for j := range k {
				data[4+j] = byte(j + block + n)
			}
			if err := c.udp(server, phone(n), sp, cp, data[:4+k]); err != nil {
				return err
			}
			if err := c.udp(phone(n), server, cp, sp, []byte{0, 4, data[2], data[3]}); err != nil {
				return err
			}
			if left -= k; k < 512 {
				break
			}
		}
	}
	return nil
}

type host uint32

const server host = 0x0a01010b // 10.1.1.11

func phone(n int) host { return 0x0a090000 + host(n) }

// udp writes one datagram as Ethernet, IPv4, UDP.
func (c *capture) udp(from, to host, sport, dport uint16, payload []byte) error {
	n := 14 + 20 + 8 + len(payload)
	b := c.buf[:16+n]
	c.micros += 50
	binary.LittleEndian.PutUint32(b[0:], uint32(startTime+c.micros/1e6))
	binary.LittleEndian.PutUint32(b[4:], uint32(c.micros%1e6))
	binary.LittleEndian.PutUint32(b[8:], uint32(n))
	binary.LittleEndian.PutUint32(b[12:], uint32(n))
	e := b[16:]
	copy(e, []byte{2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 8, 0})
	binary.BigEndian.PutUint32(e[2:], uint32(to))
	binary.BigEndian.PutUint32(e[8:], uint32(from))
	ip := e[14:]
	copy(ip, []byte{0x45, 0xb8, 0, 0, 0, 0, 0x40, 0, 64, 17, 0, 0})
	binary.BigEndian.PutUint16(ip[2:], uint16(n-14))
	binary.BigEndian.PutUint16(ip[4:], uint16(c.frames))
	binary.BigEndian.PutUint32(ip[12:], uint32(from))
	binary.BigEndian.PutUint32(ip[16:], uint32(to))
	var sum uint32
	for i := 0; i < 20; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(ip[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(ip[10:], ^uint16(sum))
	u := ip[20:]
	binary.BigEndian.PutUint16(u[0:], sport)
	binary.BigEndian.PutUint16(u[2:], dport)
	binary.BigEndian.PutUint16(u[4:], uint16(8+len(payload)))
	u[6], u[7] = 0, 0 // no checksum: allowed over IPv4
	copy(u[8:], payload)
	c.frames++
	c.size += int64(len(b))
	_, err := c.w.Write(b)
	return err
}
