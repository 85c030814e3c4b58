package suite

import (
	"fmt"
	"strings"
)

// transitions is what each request does in each state. The states are those of
// the documentation; the cells are
//
//	ok    SUCCESS
//	ign   IGNORED, the connection stays
//	die   FAILURE, then the connection is closed
//	end   the connection is closed, with or without an answer
//	ign?  IGNORED as documented, or FAILURE and closed as Neo4j does
//	deny  IGNORED as documented, or FAILURE and closed: both are in use
//	die?  FAILURE and closed as documented; Neo4j stumbles and may not answer
//
// A request that the version does not have is "end" in every state.
const transitions = `
              HELLO LOGON LOGOFF RUN PULL DISCARD BEGIN COMMIT ROLLBACK RESET ROUTE TELEMETRY GOODBYE ACK_FAILURE
negotiation   ok    die   die    die die  die     die   die    die      end   die   die       end     die
authentication die? ok    die    die die  die     die   die    die      end   die   die       end     die
loggedoff     die?  ok    die    die die  die     die   die    die      end   die   die       end     die
ready         die   die   ok     ok  die  die     ok    die    die      ok    ok    ok        end     die
streaming     die   die   die    die ok   ok      die   die    die      ok    die   die       end     die
txready       die   die   die    ok  any  any     die   ok     ok       ok    die   die       end     die
txstreaming   die   die   die    ok  ok   ok      die   ok     ok       ok    die   die       end     die
failed        deny  ign?  ign?   ign ign  ign     ign?  ign    ign      ok    ign   ign       end     any
txfailed      deny  ign?  ign?   ign ign  ign     ign?  ign    ign      ok    ign   ign       end     any
`

// state says how a state is reached, in which versions, and from where on the
// connection: before login or after it.
type state struct {
	span   string
	fresh  bool
	script string
}

func states() map[string]state {
	return map[string]state{
		"negotiation":    {"5.1-", true, ""},
		"authentication": {"5.1-", true, "C: HELLO\nS: SUCCESS"},
		"loggedoff":      {"5.1-", false, "C: LOGOFF\nS: SUCCESS"},
		"ready":          {"*", false, ""},
		"streaming":      {"*", false, "C: RUN \"UNWIND range(1, 9) AS x RETURN x\"\nS: SUCCESS"},
		"txready":        {"3-", false, "C: BEGIN\nS: SUCCESS"},
		"txstreaming":    {"3-", false, "C: BEGIN\nC: RUN \"UNWIND range(1, 9) AS x RETURN x\"\nS: SUCCESS\nS: SUCCESS"},
		"failed":         {"*", false, "C: RUN \"RETURN\"\nS: FAILURE"},
		"txfailed":       {"3-", false, "C: BEGIN\nC: RUN \"RETURN\"\nS: SUCCESS\nS: FAILURE"},
	}
}

// matrix adds a check for every state, request and kind of answer.
func (b *builder) matrix() {
	b.group = "states"
	rows := strings.Split(strings.TrimSpace(transitions), "\n")
	requests := strings.Fields(rows[0])
	for _, row := range rows[1:] {
		cells := strings.Fields(row)
		s := states()[cells[0]]
		b.section = "Bolt Protocol: Server states: " + cells[0]
		for i, cell := range cells[1:] {
			b.cell(cells[0], s, requests[i], cell)
		}
	}
}

// cell adds the checks of one cell.
func (b *builder) cell(name string, s state, request, cell string) {
	head := func(class Class, suffix string) string {
		return fmt.Sprintf("%s in %s%s | %s | %s | raw", request, name, suffix, class, s.span)
	}
	do := func(want string) func(p *player) error {
		return func(p *player) error {
			if err := p.open("", false, s.fresh); err != nil {
				return err
			}
			if err := p.script(s.script); err != nil {
				return fmt.Errorf("to reach the state: %w", err)
			}
			signature := signatures()[request]
			if strings.IndexByte(p.version.early, signature) >= 0 {
				return nil
			}
			if !p.version.has(signature) {
				return p.script("C: " + request + "\nS*: SUCCESS OR FAILURE OR RECORD\nS: CLOSED")
			}
			return p.script("C: " + request + "\n" + want)
		}
	}
	switch cell {
	case "ok":
		want := "S*: RECORD\nS: SUCCESS"
		if name != "negotiation" && name != "authentication" && name != "loggedoff" && request != "LOGOFF" {
			want += "\nC: RESET\nS: SUCCESS {}"
		}
		b.custom(head(Specified, ""), do(want))
	case "ign":
		b.custom(head(Specified, ""), do("S: IGNORED\nC: RESET\nS: SUCCESS {}"))
	case "die":
		b.custom(head(Specified, ""), do("S: FAILURE\nS: CLOSED"))
		b.custom(head(Reference, ", code"), func(p *player) error {
			if !p.version.has(signatures()[request]) {
				return nil
			}
			return do("S: FAILURE Neo.ClientError.Request.Invalid\nS: CLOSED")(p)
		})
	case "end":
		b.custom(head(Specified, ""), do("S*: SUCCESS OR FAILURE OR IGNORED\nS: CLOSED"))
	case "deny":
		b.custom(head(Reference, ""), do("S: IGNORED OR FAILURE Neo.ClientError.Request.Invalid"))
	case "ign?":
		b.custom(head(Reference, ""), do("S: IGNORED OR FAILURE Neo.ClientError.Request.Invalid"))
		b.custom(head(Own, ", as documented"), do("S: IGNORED\nC: RESET\nS: SUCCESS {}"))
	case "die?":
		b.custom(head(Own, ""), do("S: FAILURE Neo.ClientError.Request.Invalid\nS: CLOSED"))
	case "any":
		b.custom(head(Reference, ""), do("S: SUCCESS OR FAILURE OR IGNORED"))
	default:
		if b.err == nil {
			b.err = fmt.Errorf("%q is no cell", cell)
		}
	}
}
