{#- Fails on rows where the expression is false; where it is null, the rule does not apply. -#}
{% test holds(model, expression) %}
select *
from {{ model }}
where not ({{ expression }})
{% endtest %}
