// Package pcap reads packet captures and hands on what was asked for: UDP
// datagrams and TCP connections of chosen ports, in file order, with the frame
// numbers and stream numbers that Wireshark shows.
package pcap
