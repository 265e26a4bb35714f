{#- Fails on rows where one of the columns lies outside [low, high], as NaN does; null does not count. One test for
    many columns, since each test costs a query and a line in the run. -#}
{% test in_range(model, columns, low, high=none) %}
select *
from {{ model }}
where
    {%- for column in columns %}
    {%- set value = column ~ '::double' %}
    {{ 'or ' if not loop.first }}{{ value }} < {{ low }} or {{ value }} > {{ high if high is not none else "1e18" }}
    {%- endfor %}
{% endtest %}
