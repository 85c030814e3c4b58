package semantics

import "github.com/drawbolt/drawbolt/cypher/ast"

// A scope holds the variables that can be used at a place. Few statements
// have more than a handful; a map takes over for the others.
type scope struct {
	symbols []*ast.Symbol
	byName  map[string]*ast.Symbol
	// parent is the scope around this one. Its variables are seen, but * does
	// not stand for them and a projection does not end them.
	parent *scope
}

func newScope(parent *scope) *scope { return &scope{parent: parent} }

// mapAbove is the number of variables from which a map finds one faster than
// a search.
const mapAbove = 16

// local returns the symbol of a name in this scope alone.
func (s *scope) local(name string) *ast.Symbol {
	if s.byName != nil {
		return s.byName[name]
	}
	for _, symbol := range s.symbols {
		if symbol.Name == name {
			return symbol
		}
	}
	return nil
}

// find returns the symbol of a name here or around; nil when there is none.
func (s *scope) find(name string) *ast.Symbol {
	for ; s != nil; s = s.parent {
		if symbol := s.local(name); symbol != nil {
			return symbol
		}
	}
	return nil
}

func (s *scope) add(symbol *ast.Symbol) {
	s.symbols = append(s.symbols, symbol)
	switch {
	case s.byName != nil:
		s.byName[symbol.Name] = symbol
	case len(s.symbols) > mapAbove:
		s.byName = make(map[string]*ast.Symbol, 2*mapAbove)
		for _, symbol := range s.symbols {
			s.byName[symbol.Name] = symbol
		}
	}
}

// newSymbol makes a symbol that is in no scope yet.
func (a *analyzer) newSymbol(name string, t ast.Type) *ast.Symbol {
	symbol := &ast.Symbol{ID: a.info.Symbols, Name: name, Type: t}
	a.info.Symbols++
	return symbol
}

// bind makes a symbol for a name and adds it to the scope.
func (a *analyzer) bind(name string, t ast.Type) *ast.Symbol {
	symbol := a.newSymbol(name, t)
	a.scope.add(symbol)
	return symbol
}

// bindNew binds a variable that must not be bound yet.
func (a *analyzer) bindNew(v *ast.Variable, t ast.Type) {
	if a.scope.find(v.Name) != nil {
		a.alreadyBound(v, v.Name)
	}
	v.Symbol = a.bind(v.Name, t)
}

func (a *analyzer) alreadyBound(n ast.Node, name string) {
	a.fail(n, ast.VariableAlreadyBound, "the variable "+name+" is already bound")
}

// use resolves a variable that must be bound.
func (a *analyzer) use(v *ast.Variable) ast.Type {
	v.Symbol = a.scope.find(v.Name)
	if v.Symbol == nil {
		a.fail(v, ast.UndefinedVariable, "the variable "+v.Name+" is not defined"+suggestion(v.Name, a.scope.names))
		return ast.Of(ast.TypeAny)
	}
	return v.Symbol.Type
}

// inner runs f in a scope inside of the current one.
func (a *analyzer) inner(f func()) {
	saved := a.scope
	a.scope = &scope{parent: saved}
	f()
	a.scope = saved
}

// names yields the names of the variables that can be used here.
func (s *scope) names(yield func(string) bool) {
	for _, symbol := range s.visible() {
		if !yield(symbol.Name) {
			return
		}
	}
}
