// Storm writes the capture of a boot storm: thousands of phones that start within
// some minutes after their servers changed, all at one mirror port.
//
//	go run ./testdata/bench/storm -phones 5000 -truth truth.json > storm.pcap
//
// Every phone has its own MAC, address, files and certificate. It announces itself
// (CDP), gets an address (DHCP), fetches CTL, ITL and SEP....cnf.xml.sgn over TFTP
// in blocks of 512 octets, asks TVS over TLS 1.2 when it has to, and registers at
// TCP 2000 or 2443. The packages of testdata/lab play it, so that lists,
// configurations, certificates and handshakes are genuine in every octet.
//
// There are five sites, each with servers and a history of its own, and so with a
// cause of its own (sites.go). Healthy phones open the directory at once, which
// asks TVS; some take up the TLS sessions again, which makes 20 % of all sessions
// resumed ones. One packet in a hundred is lost on the way, before or behind the
// mirror port, and what was lost is sent again as a phone or a server does
// (loss.go); -holes leaves further packets out that arrived, as an overloaded mirror
// port does.
//
// The same flags give the same bytes. -truth writes what was planted, as JSON. The
// capture is written as it is made: only the packets of the phones that boot at the
// same time, which is the rate, are held; beyond that a certificate of every phone,
// some 5 kB.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

func main() {
	s := storm{}
	flag.IntVar(&s.Phones, "phones", 5000, "phones that boot")
	flag.Uint64Var(&s.Seed, "seed", 1, "of everything that is drawn")
	flag.Float64Var(&s.Rate, "rate", 20, "phones that start in a second")
	flag.Float64Var(&s.Loss, "loss", 1, "per cent of the packets that are lost on the way")
	flag.Float64Var(&s.Holes, "holes", 0, "per cent of the packets that arrive and are not in the capture")
	truth := flag.String("truth", "", "file for what was planted")
	flag.Parse()
	if flag.NArg() > 0 || s.Phones < 1 || s.Phones > maxPhones || s.Rate <= 0 {
		fmt.Fprintf(os.Stderr, "storm: 1 to %d phones, a rate above 0, no arguments\n", maxPhones)
		os.Exit(2)
	}
	if err := run(&s, *truth); err != nil {
		fmt.Fprintln(os.Stderr, "storm:", err)
		os.Exit(1)
	}
}

func run(s *storm, truth string) error {
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	t, err := s.write(w)
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil || truth == "" {
		return err
	}
	b, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(truth, append(b, '\n'), 0o644)
}
