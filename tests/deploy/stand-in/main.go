// A provider that stands in for hashicorp/aws where Terraform validates and plans the module: it has the schema of what
// the module uses, from schema.json, answers three data sources, and says at once what AWS would say after applying.
// It can make nothing.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

//go:embed schema.json
var schemaText []byte

// block: attributes by name, "string", "number", "bool", "list", "set" or "map" (of strings), with "!" where they are
// required; what AWS decides, where nothing is given, with other attributes in braces; blocks by name.
type block struct {
	Attributes map[string]string `json:"attributes"`
	Decided    map[string]string `json:"decided"`
	Blocks     map[string]block  `json:"blocks"`
	Nesting    string            `json:"nesting"` // of a block: "list" or "set"
	Max        int64             `json:"max"`     // of a block; 0: any number
}

type schemas struct {
	Resources map[string]block `json:"resources"`
	Data      map[string]block `json:"data"`
}

func attributeType(name string) tftypes.Type {
	switch strings.TrimSuffix(name, "!") {
	case "number":
		return tftypes.Number
	case "bool":
		return tftypes.Bool
	case "list":
		return tftypes.List{ElementType: tftypes.String}
	case "set":
		return tftypes.Set{ElementType: tftypes.String}
	case "map":
		return tftypes.Map{ElementType: tftypes.String}
	}
	return tftypes.String
}

func names[T any](all map[string]T) []string {
	result := make([]string, 0, len(all))
	for name := range all {
		result = append(result, name)
	}
	sort.Strings(result)
	return result
}

func (b block) schema() *tfprotov6.SchemaBlock {
	result := &tfprotov6.SchemaBlock{}
	for _, name := range names(b.Attributes) {
		kind := b.Attributes[name]
		required := strings.HasSuffix(kind, "!")
		_, decided := b.Decided[name]
		result.Attributes = append(result.Attributes, &tfprotov6.SchemaAttribute{
			Name: name, Type: attributeType(kind), Required: required, Optional: !required, Computed: decided,
		})
	}
	for _, name := range names(b.Decided) {
		if _, given := b.Attributes[name]; !given {
			result.Attributes = append(result.Attributes,
				&tfprotov6.SchemaAttribute{Name: name, Type: tftypes.String, Computed: true})
		}
	}
	for _, name := range names(b.Blocks) {
		inner := b.Blocks[name]
		nesting := tfprotov6.SchemaNestedBlockNestingModeList
		if inner.Nesting == "set" {
			nesting = tfprotov6.SchemaNestedBlockNestingModeSet
		}
		result.BlockTypes = append(result.BlockTypes, &tfprotov6.SchemaNestedBlock{
			TypeName: name, Block: inner.schema(), Nesting: nesting, MaxItems: inner.Max,
		})
	}
	return result
}

// decide fills in what AWS would: of what is known, {name} stands for the attribute.
func (b block) decide(planned tftypes.Value, kind tftypes.Type) (tftypes.Value, error) {
	values := map[string]tftypes.Value{}
	if err := planned.As(&values); err != nil {
		return planned, err
	}
	for name, text := range b.Decided {
		if given, ok := values[name]; ok && !given.IsNull() && given.IsKnown() {
			continue
		}
		for other, value := range values {
			var known string
			if value.IsKnown() && !value.IsNull() && value.Type().Is(tftypes.String) && value.As(&known) == nil {
				text = strings.ReplaceAll(text, "{"+other+"}", known)
			}
		}
		values[name] = tftypes.NewValue(tftypes.String, text)
	}
	return tftypes.NewValue(kind, values), nil
}

type server struct {
	tfprotov6.ProviderServer // What is not below is not asked of a plan.
	known                    schemas
}

func (s server) typeOf(name string) tftypes.Type {
	return (&tfprotov6.Schema{Block: s.known.Resources[name].schema()}).ValueType()
}

func all(blocks map[string]block) map[string]*tfprotov6.Schema {
	result := map[string]*tfprotov6.Schema{}
	for name, one := range blocks {
		result[name] = &tfprotov6.Schema{Block: one.schema()}
	}
	return result
}

func (s server) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	return &tfprotov6.GetMetadataResponse{ServerCapabilities: &tfprotov6.ServerCapabilities{}}, nil
}

func (s server) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		Provider: &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
			{Name: "region", Type: tftypes.String, Optional: true},
		}}},
		ResourceSchemas:   all(s.known.Resources),
		DataSourceSchemas: all(s.known.Data),
	}, nil
}

func (s server) ValidateProviderConfig(_ context.Context, r *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: r.Config}, nil
}

func (s server) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (s server) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (s server) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (s server) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

func (s server) PlanResourceChange(_ context.Context, r *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	kind := s.typeOf(r.TypeName)
	proposed, err := r.ProposedNewState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	if !proposed.IsNull() {
		if proposed, err = s.known.Resources[r.TypeName].decide(proposed, kind); err != nil {
			return nil, err
		}
	}
	planned, err := tfprotov6.NewDynamicValue(kind, proposed)
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: &planned}, err
}

func (s server) ReadDataSource(_ context.Context, r *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	known := s.known.Data[r.TypeName]
	kind := (&tfprotov6.Schema{Block: known.schema()}).ValueType()
	asked, err := r.Config.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	answer, err := known.decide(asked, kind)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(kind, answer)
	return &tfprotov6.ReadDataSourceResponse{State: &state}, err
}

func main() {
	var s server
	if err := json.Unmarshal(schemaText, &s.known); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := tf6server.Serve("hashicorp/aws", func() tfprotov6.ProviderServer { return s }); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
