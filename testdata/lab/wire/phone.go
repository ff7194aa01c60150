package wire

import (
	"encoding/binary"
	"fmt"
	"net"
	"time"

	"github.com/google/gopacket/layers"
)

// broadcast is the hardware address of everybody.
var broadcast = net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// ARP draws a question for the hardware address of a host and the answer.
func (t *Trace) ARP(at time.Time, asker, asked *Host) {
	question := layers.ARP{AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6,
		ProtAddressSize: 4, Operation: layers.ARPRequest, SourceHwAddress: asker.MAC,
		SourceProtAddress: asker.IP.AsSlice(), DstHwAddress: make([]byte, 6), DstProtAddress: asked.IP.AsSlice()}
	answer := question
	answer.Operation = layers.ARPReply
	answer.SourceHwAddress, answer.SourceProtAddress = asked.MAC, asked.IP.AsSlice()
	answer.DstHwAddress, answer.DstProtAddress = asker.MAC, asker.IP.AsSlice()
	t.add(at, func() []byte {
		return serialize(&layers.Ethernet{SrcMAC: asker.MAC, DstMAC: broadcast, EthernetType: layers.EthernetTypeARP}, &question)
	})
	t.add(at.Add(RoundTrip), func() []byte {
		return serialize(&layers.Ethernet{SrcMAC: asked.MAC, DstMAC: asker.MAC, EthernetType: layers.EthernetTypeARP}, &answer)
	})
}

// DHCP draws the four messages that give a phone its address and, in option 150,
// its TFTP servers.
func (t *Trace) DHCP(at time.Time, phone, router *Host, mask string, tftp []*Host, xid uint32) {
	var servers []byte
	for _, h := range tftp {
		servers = append(servers, h.IP.AsSlice()...)
	}
	mac := phone.MAC
	for i, typ := range []layers.DHCPMsgType{layers.DHCPMsgTypeDiscover, layers.DHCPMsgTypeOffer, layers.DHCPMsgTypeRequest, layers.DHCPMsgTypeAck} {
		fromPhone := i%2 == 0
		d := layers.DHCPv4{Operation: layers.DHCPOpReply, HardwareType: layers.LinkTypeEthernet, HardwareLen: 6, Xid: xid,
			ClientHWAddr: mac, ClientIP: net.IPv4zero, YourClientIP: net.IPv4zero, NextServerIP: net.IPv4zero, RelayAgentIP: net.IPv4zero}
		opts := []layers.DHCPOption{layers.NewDHCPOption(layers.DHCPOptMessageType, []byte{byte(typ)})}
		if fromPhone {
			d.Operation = layers.DHCPOpRequest
			opts = append(opts,
				layers.NewDHCPOption(layers.DHCPOptClientID, append([]byte{1}, mac...)),
				layers.NewDHCPOption(layers.DHCPOptHostname, []byte("SEP"+fmt.Sprintf("%X", []byte(mac)))),
				layers.NewDHCPOption(layers.DHCPOptClassID, []byte("Cisco Systems, Inc. IP Phone CP-7970G")),
				layers.NewDHCPOption(layers.DHCPOptParamsRequest, []byte{1, 66, 6, 3, 15, 150, 35}))
			if typ == layers.DHCPMsgTypeRequest {
				opts = append(opts, layers.NewDHCPOption(layers.DHCPOptRequestIP, phone.IP.AsSlice()),
					layers.NewDHCPOption(layers.DHCPOptServerID, router.IP.AsSlice()))
			}
		} else {
			d.YourClientIP = phone.IP.AsSlice()
			opts = append(opts,
				layers.NewDHCPOption(layers.DHCPOptServerID, router.IP.AsSlice()),
				layers.NewDHCPOption(layers.DHCPOptLeaseTime, []byte{0, 1, 0x51, 0x80}),
				layers.NewDHCPOption(layers.DHCPOptSubnetMask, net.ParseIP(mask).To4()),
				layers.NewDHCPOption(layers.DHCPOptRouter, router.IP.AsSlice()),
				layers.NewDHCPOption(layers.DHCPOpt(150), servers))
		}
		d.Options = append(opts, layers.NewDHCPOption(layers.DHCPOptEnd, nil))
		when := at.Add(time.Duration(i) * 14 * time.Millisecond)
		t.add(when, func() []byte {
			src, dst, from, to := router, phone, uint16(67), uint16(68)
			eth := src.ethernet(dst)
			if fromPhone {
				src, dst, from, to = phone, router, 68, 67
				eth = &layers.Ethernet{SrcMAC: mac, DstMAC: broadcast, EthernetType: layers.EthernetTypeIPv4}
			}
			ip := src.ipv4(dst, layers.IPProtocolUDP)
			if fromPhone {
				ip.SrcIP, ip.DstIP = net.IPv4zero, net.IPv4bcast
			}
			udp := &layers.UDP{SrcPort: layers.UDPPort(from), DstPort: layers.UDPPort(to)}
			udp.SetNetworkLayerForChecksum(ip)
			return serialize(eth, ip, udp, &d)
		})
	}
}

// CDP draws the announcement of a phone: IEEE 802.3 with LLC and SNAP, then
//
//	version(1) = 2   time to live(1)   checksum(2)   { type(2) length(2) value }...
//
// with type 1 device name, 3 port, 4 capabilities, 5 software, 6 platform. The
// checksum is that of IP; the total is kept even, because implementations differ
// about odd ones.
func (t *Trace) CDP(at time.Time, phone *Host, name, software, platform string) {
	tlv := func(typ uint16, v []byte) []byte {
		b := binary.BigEndian.AppendUint16(nil, typ)
		return append(binary.BigEndian.AppendUint16(b, uint16(len(v)+4)), v...)
	}
	body := []byte{2, 180, 0, 0}
	body = append(body, tlv(1, []byte(name))...)
	body = append(body, tlv(3, []byte("Port 1"))...)
	body = append(body, tlv(4, []byte{0, 0, 4, 0x90})...) // host, phone, two-port relay
	body = append(body, tlv(5, []byte(software))...)
	if (len(body)+len(platform))%2 == 1 {
		platform += " "
	}
	body = append(body, tlv(6, []byte(platform))...)
	var sum uint32
	for i := 0; i < len(body); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(body[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(body[2:], ^uint16(sum))

	frame := append([]byte{0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc}, phone.MAC...)
	frame = binary.BigEndian.AppendUint16(frame, uint16(8+len(body)))
	frame = append(frame, 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c, 0x20, 0x00)
	frame = append(frame, body...)
	t.add(at, func() []byte { return frame })
}
