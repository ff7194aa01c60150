package dissect

import "slices"

// Options choose the ports and the room for content. A nil or empty list means
// that nothing of the kind is looked for.
type Options struct {
	TLSPorts  []uint16 // TCP ports on which TLS is expected
	TFTPPorts []uint16 // UDP ports on which TFTP requests are expected
	HTTPPorts []uint16 // TCP ports of HTTP provisioning
	Hints     bool     // also DHCP, CDP, LLDP, DNS, EAP, syslog and registration, for handlers that observe

	MaxContent int64 // kept of one transfer, 0: defaultMaxContent, 1: none, without a note about it
	MaxHeld    int64 // kept of all transfers in flight, 0: defaultMaxHeld
}

// DefaultOptions returns the ports of CUCM.
func DefaultOptions() Options {
	return Options{
		TLSPorts:  []uint16{443, 2443, 2445, 3804, 5061, 6971, 6972, 8443, 9444},
		TFTPPorts: []uint16{69},
		HTTPPorts: []uint16{6970},
		Hints:     true,
	}
}

func (o *Options) maxContent() int64 {
	if o.MaxContent > 0 {
		return o.MaxContent
	}
	return defaultMaxContent
}

func (o *Options) maxHeld() int64 {
	if o.MaxHeld > 0 {
		return o.MaxHeld
	}
	return defaultMaxHeld
}

// Service names what listens on a TCP port of a CUCM cluster ("Cisco Unified
// Communications Manager TCP and UDP Port Usage").
func Service(port uint16) string {
	switch port {
	case 2445:
		return "tvs"
	case 3804:
		return "capf"
	case 2443:
		return "sccp-tls"
	case 5061, 5090, 5091: // the latter two with SIP OAuth, not among the defaults
		return "sip-tls"
	case 443, 8443, 9443, 9444:
		return "https"
	case 6970, 6971, 6972:
		return "provisioning"
	}
	return "other"
}

// Ports of protocols that only give hints, and the clear registrations.
const (
	portDNS        = 53
	portDHCPServer = 67
	portDHCPClient = 68
	portSyslog     = 514
	portSCCP       = 2000
	portSIP        = 5060
)

func (o *Options) udp() []uint16 {
	p := slices.Clone(o.TFTPPorts)
	if o.Hints {
		p = append(p, portDNS, portDHCPServer, portDHCPClient, portSyslog, portSIP)
	}
	return p
}

func (o *Options) tcp() []uint16 {
	p := slices.Concat(o.TLSPorts, o.HTTPPorts)
	if o.Hints {
		p = append(p, portSCCP, portSIP)
	}
	return p
}
