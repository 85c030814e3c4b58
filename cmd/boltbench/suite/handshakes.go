package suite

// handshakes is the suite of connections that are opened and closed: storms of
// clients without a pool. The scheme of the URI chooses the plain or the encrypted
// half.
func handshakes() Suite {
	return Suite{
		Name:    "handshakes",
		Summary: "connections opened and closed: plain or TLS (full, resumed), to the version or to the login",
		Make: func(Size, uint64) *Workload {
			connect := func(name string, c Connect) Query {
				return Query{Name: name, Kind: Read, Connect: &c}
			}
			return &Workload{Queries: []Query{
				connect("plain", Connect{}),
				connect("plain-login", Connect{Login: true}),
				connect("tls-full", Connect{TLS: true}),
				connect("tls-full-login", Connect{TLS: true, Login: true}),
				connect("tls-resumed", Connect{TLS: true, Resume: true}),
				connect("tls-resumed-login", Connect{TLS: true, Resume: true, Login: true}),
			}}
		},
	}
}
