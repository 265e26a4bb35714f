{#- The schema is the name the model's folder gives it, with no prefix: analysts write marts.articles. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
