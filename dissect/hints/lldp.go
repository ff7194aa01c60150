package hints

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"time"
)

// LLDP is one announcement of IEEE 802.1AB with the extensions for media
// endpoints (ANSI/TIA-1057, LLDP-MED).
type LLDP struct {
	ChassisID   string // an address as text, hex of a MAC, or text
	PortID      string // of a phone "001122334455:P1"
	TTL         time.Duration
	Port        string // port description
	SystemName  string // of a phone its name: "SEP001122334455", maybe with a domain
	Description string // "Cisco IP Phone 8861, V2, sip88xx.12-5-1-16"
	Able        uint16 // capabilities; bit 5 (0x20) is a phone
	Enabled     uint16
	Management  []netip.Addr

	// LLDP-MED
	DeviceClass  int // 3 is a phone, 4 a switch; 0 when it does not say
	VoiceVLAN    int // of the network policy for voice; 0 when untagged or not told
	Hardware     string
	Firmware     string // boot loader
	Software     string // load: "sip88xx.12-5-1-16"
	Serial       string
	Manufacturer string
	Model        string // "CP-8861"
	Asset        string

	Cut      bool
	Problems []string
}

// Phone tells that the sender says it is a phone.
func (l *LLDP) Phone() bool { return l.Able&0x20 != 0 || l.DeviceClass == 3 }

// ParseLLDP reads what follows EtherType 0x88cc: TLVs of a 7 bit type and a 9
// bit length, until type 0.
//
//	type  value
//	1     chassis: subtype (1), identifier; 4 MAC, 5 family (1) and address
//	2     port: subtype (1), identifier; 3 MAC, 4 family and address
//	3     time to live (2), seconds
//	4     port description, text
//	5     system name, text
//	6     system description, text
//	7     capabilities (2), enabled ones (2)
//	8     management address: length (1) of family (1) and address, more
//	127   OUI (3), subtype (1), value; OUI 00-12-bb is LLDP-MED:
//	        1  capabilities (2), device class (1)
//	        2  network policy: application (1), flags and VLAN and priorities (3)
//	        5 hardware, 6 firmware, 7 software, 8 serial number,
//	        9 manufacturer, 10 model, 11 asset: text
//
// IEEE 802.1AB-2016 clause 8, ANSI/TIA-1057 clause 10. Families are those of
// IANA: 1 IPv4, 2 IPv6.
func ParseLLDP(b []byte) (*LLDP, error) {
	if len(b) < 4 || b[0] != 1<<1 || b[1] < 2 {
		return nil, &ParseError{"lldp", 0, fmt.Sprintf("%d octets beginning with % x are no announcement", len(b), b[:min(len(b), 4)])}
	}
	l := &LLDP{}
	for off := 0; off < len(b); {
		if len(b)-off < 2 {
			l.Cut = true
			return l, nil
		}
		head := binary.BigEndian.Uint16(b[off:])
		typ, n := int(head>>9), int(head&0x1ff)
		if n > len(b)-off-2 {
			l.Cut = true
			return l, &ParseError{"lldp", off, fmt.Sprintf("TLV %d of %d octets, %d left", typ, n, len(b)-off-2)}
		}
		if typ == 0 {
			return l, nil
		}
		l.value(typ, b[off+2:off+2+n])
		off += 2 + n
	}
	l.Cut = true
	return l, nil
}

func (l *LLDP) value(typ int, v []byte) {
	switch typ {
	case 1:
		l.ChassisID = identifier(v, 4, 5)
	case 2:
		l.PortID = identifier(v, 3, 4)
	case 3:
		if len(v) >= 2 {
			l.TTL = time.Duration(binary.BigEndian.Uint16(v)) * time.Second
		}
	case 4:
		l.Port = text(v)
	case 5:
		l.SystemName = text(v)
	case 6:
		l.Description = text(v)
	case 7:
		if len(v) == 4 {
			l.Able, l.Enabled = binary.BigEndian.Uint16(v), binary.BigEndian.Uint16(v[2:])
		}
	case 8:
		if len(v) < 2 || int(v[0]) > len(v)-1 || v[0] < 1 {
			note(&l.Problems, "management address of %d octets", len(v))
		} else if a := family(v[1 : 1+int(v[0])]); a.IsValid() && len(l.Management) < maxAddresses {
			l.Management = append(l.Management, a)
		}
	case 127:
		if len(v) >= 4 && string(v[:3]) == "\x00\x12\xbb" {
			l.media(v[3], v[4:])
		}
	}
}

// media reads a TLV of LLDP-MED.
func (l *LLDP) media(subtype byte, v []byte) {
	texts := [...]*string{5: &l.Hardware, 6: &l.Firmware, 7: &l.Software, 8: &l.Serial, 9: &l.Manufacturer, 10: &l.Model, 11: &l.Asset}
	switch {
	case subtype == 1 && len(v) == 3:
		l.DeviceClass = int(v[2])
	case subtype == 2 && len(v) == 4 && v[0] == 1 && v[1]&0xc0 == 0x40: // voice; known, tagged
		l.VoiceVLAN = int(binary.BigEndian.Uint16(v[1:])>>1) & 0xfff
	case subtype >= 5 && int(subtype) < len(texts):
		*texts[subtype] = text(v)
	}
}

// identifier reads subtype and value of a chassis or port identifier.
func identifier(v []byte, hardware, network byte) string {
	if len(v) < 2 {
		return ""
	}
	switch kind, v := v[0], v[1:]; {
	case kind == hardware && len(v) == 6:
		return mac(v)
	case kind == network:
		if a := family(v); a.IsValid() {
			return a.String()
		}
		return strconv.Itoa(int(v[0])) + ":" + mac(v[1:])
	default:
		return text(v)
	}
}

// family reads an address after its family.
func family(v []byte) netip.Addr {
	if len(v) == 5 && v[0] == 1 || len(v) == 17 && v[0] == 2 {
		return address(v[1:])
	}
	return netip.Addr{}
}
